// What each section of a step must be. One object for one module: later sections refer to earlier ones.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "step/module/checked_module.h"
#include "step/module/contract.h"
#include "step/module/limits.h"
#include "step/module/module_reader.h"
#include "step/module/section.h"

namespace thumbnailer {

class SectionChecks {
public:
    explicit SectionChecks(const ModuleLimits& limits) : limits_(limits) {}

    // The fault, if there is one, is the reader's.
    void check(Section section, ModuleReader& reader);
    // Whether everything was there that a step needs.
    Result<Done> check_complete() const;

    // The export section with the contract's exports alone.
    Bytes kept_exports() const { return kept_exports_; }
    // All but the bytes.
    CheckedModule facts() const { return facts_; }

private:
    struct FunctionType {
        std::vector<std::uint8_t> parameters;
        std::vector<std::uint8_t> results;
    };

    void check_types(ModuleReader& reader);
    void check_imports(ModuleReader& reader);
    void check_functions(ModuleReader& reader);
    void check_tables(ModuleReader& reader);
    void check_memory(ModuleReader& reader);
    void check_globals(ModuleReader& reader);
    void check_exports(ModuleReader& reader);
    void check_code(ModuleReader& reader);

    std::vector<std::uint8_t> read_values(ModuleReader& reader) const;
    bool check_export(std::string_view name, std::uint8_t kind, std::uint32_t index, ModuleReader& reader);
    bool has_type(std::uint32_t function, const ExportedFunction& wanted) const;

    const ModuleLimits& limits_;
    CheckedModule facts_;
    std::vector<FunctionType> types_;
    std::vector<std::uint32_t> functions_; // the type of each
    std::vector<std::byte> kept_exports_;
    std::array<bool, kExportedFunctions.size()> exported_{};
    bool has_memory_ = false;
    bool exports_memory_ = false;
    bool has_code_ = false;
};

} // namespace thumbnailer
