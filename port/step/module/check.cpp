#include "step/module/check.h"

#include <algorithm>

#include "step/module/module_reader.h"
#include "step/module/section.h"
#include "step/module/section_checks.h"

namespace thumbnailer {

namespace {

std::string size_message(std::string_view what, std::size_t size, std::size_t most) {
    return std::string(what) + " has " + std::to_string(size) + " bytes, at most " + std::to_string(most) +
           " are accepted";
}

bool has_bounded_size(Section section) {
    return section == Section::type || section == Section::global || section == Section::element;
}

// Reads one section after the other, and writes those that are kept.
class Checker {
public:
    Checker(Bytes module, const ModuleLimits& limits) : reader_(module), limits_(limits), checks_(limits) {}

    Result<CheckedModule> check() {
        if (!std::ranges::equal(reader_.take(kModuleHeader.size()), kModuleHeader))
            return Failure{Reason::bad_step, "the file is not a WebAssembly module of version 1"};
        rewritten_.assign(kModuleHeader.begin(), kModuleHeader.end());
        while (!reader_.at_end()) read_section();
        if (reader_.failed()) return *reader_.fault();
        if (rewritten_.size() > limits_.module_bytes)
            return Failure{Reason::bad_step, size_message("the module", rewritten_.size(), limits_.module_bytes)};
        if (auto complete = checks_.check_complete(); !complete) return std::move(complete).error();
        CheckedModule checked = checks_.facts();
        checked.bytes = std::move(rewritten_);
        return checked;
    }

private:
    void read_section() {
        const std::uint8_t id = reader_.byte();
        const Bytes body = reader_.take(reader_.number());
        if (reader_.failed()) return;
        if (id >= kSections) return reader_.fail("there is a section of unknown kind " + std::to_string(id));
        const auto section = static_cast<Section>(id);
        if (section == Section::custom) return;
        if (order_of(section) <= last_) return reader_.fail("the sections are not in their order");
        last_ = order_of(section);
        if (has_bounded_size(section) && body.size() > limits_.section_bytes)
            return reader_.fail(size_message("a section", body.size(), limits_.section_bytes));
        ModuleReader section_reader(body);
        checks_.check(section, section_reader);
        if (section_reader.failed()) return reader_.fail(section_reader.fault()->message);
        append_section(rewritten_, section, section == Section::exports ? checks_.kept_exports() : body);
    }

    ModuleReader reader_;
    const ModuleLimits& limits_;
    SectionChecks checks_;
    std::vector<std::byte> rewritten_;
    int last_ = 0;
};

} // namespace

Result<CheckedModule> check_module(Bytes module, const ModuleLimits& limits) {
    if (module.size() > limits.file_bytes)
        return Failure{Reason::bad_step, size_message("the file", module.size(), limits.file_bytes)};
    return Checker(module, limits).check();
}

} // namespace thumbnailer
