// Why a step made no picture.
#pragma once

#include <string>

#include "base/step_fault.h"
#include "step/runtime/entry.h"

namespace thumbnailer {

struct StepFailure {
    StepFault fault = StepFault::refused;
    std::string message; // of a refusal the step's own text, else what a person should read
};

constexpr StepFault fault_of(StepTrap trap) {
    switch (trap) {
    case STEP_TRAP_BOUNDS: return StepFault::bounds;
    case STEP_TRAP_OVERFLOW:
    case STEP_TRAP_DIVISION:
    case STEP_TRAP_CONVERSION: return StepFault::arithmetic;
    case STEP_TRAP_CALL: return StepFault::call;
    case STEP_TRAP_STACK: return StepFault::stack;
    case STEP_TRAP_MEMORY: return StepFault::memory;
    default: return StepFault::unreachable;
    }
}

} // namespace thumbnailer
