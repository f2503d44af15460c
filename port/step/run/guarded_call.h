// Calls a function on a step's stack, and comes back from it whatever the step does short of ending the process: a
// trap, an access outside of its memory, calls that are too deep. A fault anywhere else stays a crash.
#pragma once

#include "step/run/step_memory.h"
#include "step/run/step_stack.h"
#include "step/runtime/entry.h"

namespace thumbnailer {

// What `call` does must need no unwinding: a trap leaves it without running destructors. One at a time in a process.
StepTrap call_guarded(StepMemory& memory, StepStack& stack, void (*call)(void*), void* argument);

// For StepHost, during the call.
[[noreturn]] void leave_with_trap(std::uint32_t trap);
std::uint32_t commit_pages(std::uint32_t pages);

} // namespace thumbnailer
