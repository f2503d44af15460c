#include "step/run/guarded_call.h"

#include <ucontext.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace thumbnailer {

namespace {

struct ActiveCall {
    StepMemory& memory;
    StepStack& stack;
    void (*call)(void*);
    void* argument;
    ucontext_t caller{};
    ucontext_t step{};
    std::uint32_t trap = STEP_TRAP_NONE;
};

// A signal handler gets no argument of ours, and a step's calls back neither. A worker runs one step at a time.
ActiveCall* active_call = nullptr;

// A fault is the step's when its address is one that only the step uses. Any other is a crash: it happens again when
// the handler returns, without a handler.
void handle_fault(int signal, siginfo_t* info, void*) {
    if (active_call != nullptr && active_call->memory.contains(info->si_addr)) leave_with_trap(STEP_TRAP_BOUNDS);
    if (active_call != nullptr && active_call->stack.is_guard(info->si_addr)) leave_with_trap(STEP_TRAP_STACK);
    std::signal(signal, SIG_DFL);
}

// The handlers, and the stack that they run on, while a step runs.
class FaultHandlers {
public:
    FaultHandlers() {
        stack_t stack{};
        stack.ss_sp = signal_stack_.data();
        stack.ss_size = signal_stack_.size();
        installed_ = ::sigaltstack(&stack, &stack_before_) == 0;
        struct sigaction action {};
        action.sa_sigaction = handle_fault;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        for (std::size_t index = 0; index < kSignals.size(); ++index)
            installed_ = ::sigaction(kSignals[index], &action, &before_[index]) == 0 && installed_;
    }
    FaultHandlers(const FaultHandlers&) = delete;
    FaultHandlers& operator=(const FaultHandlers&) = delete;
    ~FaultHandlers() {
        for (std::size_t index = 0; index < kSignals.size(); ++index)
            ::sigaction(kSignals[index], &before_[index], nullptr);
        ::sigaltstack(&stack_before_, nullptr);
    }

    bool installed() const { return installed_; }

private:
    static constexpr std::array kSignals{SIGSEGV, SIGBUS};
    alignas(16) std::array<std::byte, std::size_t{64} * 1024> signal_stack_;
    stack_t stack_before_{};
    std::array<struct sigaction, kSignals.size()> before_{};
    bool installed_ = false;
};

void start_on_step_stack() { active_call->call(active_call->argument); }

} // namespace

void leave_with_trap(std::uint32_t trap) {
    active_call->trap = trap;
    ::setcontext(&active_call->caller);
    std::abort(); // it only returns when it fails
}

std::uint32_t commit_pages(std::uint32_t pages) { return active_call->memory.commit(pages) ? 1 : 0; }

StepTrap call_guarded(StepMemory& memory, StepStack& stack, void (*call)(void*), void* argument) {
    const FaultHandlers handlers;
    ActiveCall active{.memory = memory, .stack = stack, .call = call, .argument = argument};
    if (!handlers.installed() || ::getcontext(&active.step) != 0) std::abort();
    const auto usable = stack.usable();
    active.step.uc_stack.ss_sp = usable.data();
    active.step.uc_stack.ss_size = usable.size();
    active.step.uc_link = &active.caller;
    ::makecontext(&active.step, start_on_step_stack, 0);
    active_call = &active;
    const int switched = ::swapcontext(&active.caller, &active.step);
    active_call = nullptr;
    if (switched != 0) std::abort();
    return active.trap < STEP_TRAP_COUNT ? static_cast<StepTrap>(active.trap) : STEP_TRAP_UNREACHABLE;
}

} // namespace thumbnailer
