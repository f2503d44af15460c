#include "step/module/section_checks.h"

#include <algorithm>
#include <string>

namespace thumbnailer {

namespace {

constexpr std::uint8_t kFunctionType = 0x60;
constexpr std::uint8_t kFunctionReference = 0x70;
constexpr std::uint8_t kVector = 0x7b;
constexpr std::uint8_t kFirstNumber = 0x7c; // f64, f32, i64, i32
constexpr std::uint8_t kExportFunction = 0;
constexpr std::uint8_t kExportMemory = 2;

// A name of the author's choosing, as it may stand in a message.
std::string printable(std::string_view name) {
    std::string text(name.substr(0, 60));
    for (char& each : text)
        if (each <= ' ' || each > '~') each = '?';
    return text;
}

std::string too_many(std::string_view what, std::uint32_t most) {
    return "the module has more than " + std::to_string(most) + " " + std::string(what);
}

// `least`, and `most` when there is one.
std::uint32_t read_limits(ModuleReader& reader, std::string_view what) {
    const std::uint8_t flags = reader.byte();
    const std::uint32_t least = reader.number();
    if (flags > 1) reader.fail("the module's " + std::string(what) + " is shared or has 64 bits");
    if (flags == 1 && reader.number() < least)
        reader.fail("the module's " + std::string(what) + " begins above its own maximum");
    return least;
}

} // namespace

void SectionChecks::check(Section section, ModuleReader& reader) {
    switch (section) {
    case Section::type: return check_types(reader);
    case Section::import: return check_imports(reader);
    case Section::function: return check_functions(reader);
    case Section::table: return check_tables(reader);
    case Section::memory: return check_memory(reader);
    case Section::global: return check_globals(reader);
    case Section::exports: return check_exports(reader);
    case Section::code: return check_code(reader);
    default: return; // wasm-validate's
    }
}

std::vector<std::uint8_t> SectionChecks::read_values(ModuleReader& reader) const {
    const std::uint32_t count = reader.number();
    if (count > limits_.values)
        reader.fail("a function has more than " + std::to_string(limits_.values) + " parameters");
    std::vector<std::uint8_t> values;
    for (const std::byte each : reader.take(reader.failed() ? 0 : count)) {
        values.push_back(static_cast<std::uint8_t>(each));
        if (values.back() == kVector)
            reader.fail("the module uses vector instructions (SIMD), which are not translated");
        if (values.back() < kFirstNumber || values.back() > kI32) reader.fail("a function takes or yields no number");
    }
    return values;
}

void SectionChecks::check_types(ModuleReader& reader) {
    const std::uint32_t count = reader.number();
    if (count > limits_.types) reader.fail(too_many("function types", limits_.types));
    for (std::uint32_t index = 0; index < count && !reader.failed(); ++index) {
        if (reader.byte() != kFunctionType) reader.fail("the module has a type that is not a function's");
        FunctionType type;
        type.parameters = read_values(reader);
        type.results = read_values(reader);
        if (type.results.size() > 1) reader.fail("a function has more than one result");
        types_.push_back(std::move(type));
    }
    facts_.types = count;
}

void SectionChecks::check_imports(ModuleReader& reader) {
    if (reader.number() == 0) return;
    const std::string module = printable(reader.name());
    const std::string name = printable(reader.name());
    reader.fail("the module imports " + module + "." + name + ": a step can import nothing");
}

void SectionChecks::check_functions(ModuleReader& reader) {
    const std::uint32_t count = reader.number();
    if (count > limits_.functions) reader.fail(too_many("functions", limits_.functions));
    for (std::uint32_t index = 0; index < count && !reader.failed(); ++index) {
        functions_.push_back(reader.number());
        if (functions_.back() >= types_.size()) reader.fail("a function is of a type that there is not");
    }
}

void SectionChecks::check_tables(ModuleReader& reader) {
    const std::uint32_t count = reader.number();
    for (std::uint32_t index = 0; index < count && !reader.failed(); ++index) {
        if (reader.byte() != kFunctionReference) reader.fail("the module has a table of something else than functions");
        const std::uint32_t elements = read_limits(reader, "table");
        if (elements > limits_.table_elements - facts_.table_elements)
            return reader.fail(too_many("elements in its tables", limits_.table_elements));
        facts_.table_elements += elements;
    }
}

void SectionChecks::check_memory(ModuleReader& reader) {
    if (reader.number() != 1) return reader.fail("the module needs exactly one memory");
    const std::uint32_t pages = read_limits(reader, "memory");
    if (pages > limits_.memory_pages)
        reader.fail("the module begins with " + std::to_string(pages) + " pages of memory, at most " +
                    std::to_string(limits_.memory_pages) + " are accepted");
    has_memory_ = true;
}

void SectionChecks::check_globals(ModuleReader& reader) {
    if (reader.number() > limits_.globals) reader.fail(too_many("globals", limits_.globals));
}

bool SectionChecks::has_type(std::uint32_t function, const ExportedFunction& wanted) const {
    if (function >= functions_.size()) return false;
    const FunctionType& type = types_[functions_[function]];
    const bool takes = type.parameters.size() == wanted.parameters &&
                       std::ranges::all_of(type.parameters, [](std::uint8_t value) { return value == kI32; });
    const bool yields =
        wanted.result ? type.results.size() == 1 && type.results[0] == *wanted.result : type.results.empty();
    return takes && yields;
}

// Whether the contract has an export of this name.
bool SectionChecks::check_export(std::string_view name, std::uint8_t kind, std::uint32_t index, ModuleReader& reader) {
    if (name == kMemoryExport) {
        if (kind != kExportMemory || index != 0) reader.fail("the module's export `memory` is not its memory");
        if (std::exchange(exports_memory_, true)) reader.fail("the module exports `memory` twice");
        return true;
    }
    const auto wanted = std::ranges::find(kExportedFunctions, name, &ExportedFunction::name);
    if (wanted == kExportedFunctions.end()) return false;
    if (kind != kExportFunction || !has_type(index, *wanted))
        reader.fail("the module's export `" + std::string(name) + "` is not a function of the type in the contract");
    if (std::exchange(exported_[static_cast<std::size_t>(wanted - kExportedFunctions.begin())], true))
        reader.fail("the module exports `" + std::string(name) + "` twice");
    facts_.has_size = facts_.has_size || name == "step_size";
    facts_.has_initialize = facts_.has_initialize || name == "_initialize";
    return true;
}

void SectionChecks::check_exports(ModuleReader& reader) {
    std::vector<std::byte> kept;
    std::uint32_t kept_count = 0;
    const std::uint32_t count = reader.number();
    for (std::uint32_t at = 0; at < count && !reader.failed(); ++at) {
        const std::string_view name = reader.name();
        const std::uint8_t kind = reader.byte();
        const std::uint32_t index = reader.number();
        if (!check_export(name, kind, index, reader)) continue;
        append_name(kept, name);
        kept.push_back(static_cast<std::byte>(kind));
        append_number(kept, index);
        ++kept_count;
    }
    append_number(kept_exports_, kept_count);
    kept_exports_.insert(kept_exports_.end(), kept.begin(), kept.end());
}

// What would make the translation endless. The instructions are for wasm-validate.
void SectionChecks::check_code(ModuleReader& reader) {
    has_code_ = true;
    const std::uint32_t count = reader.number();
    if (count != functions_.size()) reader.fail("the module has not as many bodies as functions");
    for (std::uint32_t index = 0; index < count && !reader.failed(); ++index) {
        const std::uint32_t size = reader.number();
        if (size > limits_.body_bytes)
            return reader.fail("a function has more than " + std::to_string(limits_.body_bytes) + " bytes");
        ModuleReader body(reader.take(size));
        std::uint64_t locals = 0;
        const std::uint32_t groups = body.number();
        for (std::uint32_t group = 0; group < groups && !body.failed(); ++group) {
            locals += body.number();
            if (body.byte() == kVector)
                body.fail("the module uses vector instructions (SIMD), which are not translated");
            if (locals > limits_.locals)
                body.fail("a function has more than " + std::to_string(limits_.locals) + " local variables");
        }
        if (body.failed()) reader.fail(body.fault()->message);
    }
}

Result<Done> SectionChecks::check_complete() const {
    const auto missing = [](const std::string& what) { return Failure{Reason::bad_step, what}; };
    if (!has_memory_) return missing("the module has no memory");
    if (!exports_memory_) return missing("the module does not export its memory as `memory`");
    for (std::size_t index = 0; index < kExportedFunctions.size(); ++index)
        if (kExportedFunctions[index].required && !exported_[index])
            return missing("the module does not export `" + std::string(kExportedFunctions[index].name) + "`");
    if (!has_code_) return missing("the module has no code");
    return Done{};
}

} // namespace thumbnailer
