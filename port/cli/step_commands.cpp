#include "cli/step_commands.h"

#include <iostream>
#include <optional>
#include <span>

#include "cli/atomic_file.h"
#include "cli/served_step.h"
#include "step/description/description.h"
#include "step/translate/module_hash.h"
#include "step/translate/translator.h"
#include "text/quote.h"
#include "text/reader/parse.h"

namespace thumbnailer {

namespace {

using Words = std::span<const std::string_view>;

ExitCode code_of(Reason reason) {
    switch (reason) {
    case Reason::untranslated: return ExitCode::untranslated;
    case Reason::internal:
    case Reason::write_failed: return ExitCode::internal;
    case Reason::bad_option: return ExitCode::usage;
    default: return ExitCode::bad_step;
    }
}

ExitCode complain(const Failure& failure) {
    std::cerr << "thumbnailer: " << name_of(failure.reason) << ": " << failure.message << "\n";
    return code_of(failure.reason);
}

Result<std::string> read(std::string_view path) { return text::read_file(std::string(path)); }

bool is_translation(Bytes bytes) {
    return text_of(bytes).starts_with("\x7f"
                                      "ELF");
}

// A module is translated for this machine, a translation taken as it is.
Result<TranslatedStep> load(std::string_view path) {
    auto bytes = read(path);
    if (!bytes) return std::move(bytes).error();
    if (is_translation(bytes_of(*bytes))) return TranslatedStep::of_translation(bytes_of(*bytes));
    const auto native = native_architecture();
    if (!native) return Failure{Reason::untranslated, "there are no steps on this architecture"};
    auto translation = translate_step(bytes_of(*bytes), *native);
    if (!translation) return std::move(translation).error();
    return TranslatedStep::of_translation(*translation);
}

ExitCode check(const Config&, Words words) {
    const auto module = read(words[0]);
    if (!module) return complain(module.error());
    if (const auto checked = check_step(bytes_of(*module)); !checked) return complain(checked.error());
    std::cout << quote_path(words[0]) << ": a step, " << module->size() << " bytes, SHA-256 "
              << hex_of(hash_of(bytes_of(*module))) << "\n";
    return ExitCode::ok;
}

ExitCode translate(const Config&, Words words) {
    const auto target = words.size() == 3 ? architecture_named(words[2]) : native_architecture();
    if (!target) return complain({Reason::bad_option, "the architecture must be x86_64 or aarch64"});
    const auto module = read(words[0]);
    if (!module) return complain(module.error());
    const auto translation = translate_step(bytes_of(*module), *target);
    if (!translation) return complain(translation.error());
    if (const auto written = write_atomically(std::string(words[1]), *translation); !written)
        return complain(written.error());
    return ExitCode::ok;
}

void print_parameter(const StepParameter& parameter) {
    std::cout << "  " << parameter.name << ": " << parameter.accepted() << ", by default " << parameter.initial_text
              << "\n      " << parameter.meaning << "\n";
}

ExitCode describe(const Config& config, Words words) {
    const auto step = load(words[0]);
    if (!step) return complain(step.error());
    const auto served = ServedStep::start(config, *step);
    if (!served) return complain(served.error());
    const auto description = StepDescription::parse((*served)->description());
    if (!description) return complain(description.error());
    std::cout << description->name << " " << description->version << ": " << description->summary << "\n";
    for (const StepParameter& parameter : description->parameters) print_parameter(parameter);
    return ExitCode::ok;
}

// The description as the step's author wrote it, for programs.
ExitCode print_text(const Config& config, Words words) {
    const auto step = load(words[0]);
    if (!step) return complain(step.error());
    const auto served = ServedStep::start(config, *step);
    if (!served) return complain(served.error());
    std::cout << (*served)->description();
    return ExitCode::ok;
}

// The defaults, and what the words NAME=VALUE say otherwise.
Result<std::vector<double>> values_from(const StepDescription& description, Words words) {
    std::vector<double> values = description.defaults();
    for (const std::string_view word : words) {
        const std::size_t equals = word.find('=');
        const StepParameter* parameter = description.find(word.substr(0, equals));
        if (parameter == nullptr || equals == std::string_view::npos)
            return Failure{Reason::bad_option,
                           quote_path(word) + " is not NAME=VALUE with a parameter of " + description.name};
        auto value = parameter->value_of(word.substr(equals + 1));
        if (!value) return std::move(value).error();
        values[static_cast<std::size_t>(parameter - description.parameters.data())] = *value;
    }
    return values;
}

ExitCode run(const Config& config, Words words) {
    const auto step = load(words[0]);
    if (!step) return complain(step.error());
    const auto source = read(words[1]);
    if (!source) return complain(source.error());
    const auto served = ServedStep::start(config, *step);
    if (!served) return complain(served.error());
    const auto description = StepDescription::parse((*served)->description());
    if (!description) return complain(description.error());
    const auto values = values_from(*description, words.subspan(3));
    if (!values) return complain(values.error());
    const auto made = (*served)->run(bytes_of(*source), *values);
    if (!made) return complain(made.error());
    if (const auto written = write_atomically(std::string(words[2]), bytes_of(*made), 0644); !written)
        return complain(written.error());
    return ExitCode::ok;
}

struct StepCommand {
    std::string_view name;
    ExitCode (*run)(const Config&, Words);
    std::size_t min_words;
    std::size_t max_words;
    std::string_view usage;
};
constexpr StepCommand kStepCommands[] = {
    {"check", check, 1, 1, "step check STEP.wasm"},
    {"translate", translate, 2, 3, "step translate STEP.wasm STEP.step [x86_64 | aarch64]"},
    {"describe", describe, 1, 1, "step describe STEP.wasm | STEP.step"},
    {"text", print_text, 1, 1, "step text STEP.wasm | STEP.step"},
    {"run", run, 3, 3 + StepDescription::kMaxParameters, "step run STEP IMAGE RESULT [PARAMETER=VALUE ...]"},
};

} // namespace

ExitCode run_step_command(const Config& config) {
    const Words words = Words(config.words).subspan(1);
    for (const StepCommand& command : kStepCommands)
        if (!words.empty() && words[0] == command.name && words.size() > command.min_words &&
            words.size() <= command.max_words + 1)
            return command.run(config, words.subspan(1));
    std::cerr << "thumbnailer: what can be done with steps:\n";
    for (const StepCommand& command : kStepCommands) std::cerr << "  thumbnailer " << command.usage << "\n";
    return ExitCode::usage;
}

} // namespace thumbnailer
