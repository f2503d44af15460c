// What keeps a step from yielding a picture, as a value: the worker goes on. The names are on the wire.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace thumbnailer {

enum class StepFault : std::uint8_t {
    refused,
    memory,
    bounds,
    stack,
    unreachable,
    arithmetic,
    call,
    bad_result,
    bad_code,
};

struct StepFaultSpec {
    StepFault fault;
    std::string_view name;
    std::string_view meaning;
};

inline constexpr std::array kStepFaults{
    StepFaultSpec{StepFault::refused, "refused", "it said why it makes no picture of this one"},
    StepFaultSpec{StepFault::memory, "memory", "it needed more memory than a step may have"},
    StepFaultSpec{StepFault::bounds, "bounds", "it read or wrote outside of its memory"},
    StepFaultSpec{StepFault::stack, "stack", "its calls were nested too deeply"},
    StepFaultSpec{StepFault::unreachable, "unreachable", "it gave up, as abort, a panic or an assertion do"},
    StepFaultSpec{StepFault::arithmetic, "arithmetic",
                  "it divided by zero, or made an integer of a number that has none"},
    StepFaultSpec{StepFault::call, "call", "it called through a pointer to nothing or to a function of another type"},
    StepFaultSpec{StepFault::bad_result, "bad_result", "it answered with an address or a size that cannot be"},
    StepFaultSpec{StepFault::bad_code, "bad_code", "its translation is not one that this program made"},
};

static_assert([] {
    for (std::size_t row = 0; row < kStepFaults.size(); ++row)
        if (static_cast<std::size_t>(kStepFaults[row].fault) != row) return false;
    return true;
}());

inline std::string_view name_of(StepFault fault) { return kStepFaults[static_cast<std::size_t>(fault)].name; }

} // namespace thumbnailer
