// What a step exports, ABI 1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace thumbnailer {

inline constexpr std::uint32_t kStepAbi = 1;

inline constexpr std::uint8_t kI32 = 0x7f;
inline constexpr std::uint8_t kI64 = 0x7e;

inline constexpr std::string_view kMemoryExport = "memory";

struct ExportedFunction {
    std::string_view name;
    std::size_t parameters; // all of them i32
    std::optional<std::uint8_t> result;
    bool required;
};

inline constexpr std::array kExportedFunctions{
    ExportedFunction{"step_describe", 0, kI32, true},        ExportedFunction{"step_alloc", 1, kI32, true},
    ExportedFunction{"step_size", 3, kI64, false},           ExportedFunction{"step_run", 5, kI32, true},
    ExportedFunction{"_initialize", 0, std::nullopt, false},
};

} // namespace thumbnailer
