// One worker process as the server sees it: sent tasks, read from, measured. What it sends is used only after
// job/check_result.h has accepted it.
#pragma once

#include <memory>
#include <variant>

#include "pool/child_process.h"
#include "request/task.h"

namespace thumbnailer {

class Worker {
public:
    // `newest_step`: the number of the last step that is mapped; 0: there is none.
    static Result<std::unique_ptr<Worker>> start(ForkServer& fork_server, std::uint32_t newest_step);

    // Sends the task; `last`: the worker gets no other. False when the process does not take it, or has too little of
    // its processor time left; the task then still belongs to the caller.
    bool assign(std::unique_ptr<Task>& task, bool last);
    // What the worker sent: its result, or the forbidden call that it made. Else what is wrong with it; an empty text
    // when it closed the channel or sent descriptors.
    std::variant<JobResult, Violation, std::string_view> receive();
    // Takes back the task.
    std::unique_ptr<Task> release();

    // Its memory includes what it has written for its task. Empty when the kernel does not tell.
    std::optional<ProcessUsage> usage() const;
    // Whether it has used the processor since it has no task, or goes on writing to stderr.
    bool is_busy_while_idle() const;

    // Leaves more of the processors to others once its task has used a lot. As this cannot be undone, it is the last
    // one.
    void slow_down_long_task();
    bool slowed_down() const { return slowed_down_; }

    // Whether it was forked after all steps of the task were mapped.
    bool has_steps_of(const Task& task) const { return newest_step_ >= task.newest_step(); }
    // Which of its task's uses of a step it says that it runs, and since when.
    std::optional<StepProgress::Running> running_step() const;

    ChildProcess& process() { return process_; }
    const ChildProcess& process() const { return process_; }
    const Task* task() const { return task_.get(); }
    bool idle() const { return !task_ && !process_.terminating(); }
    Clock::time_point idle_since() const { return idle_since_; }
    std::int64_t jobs_assigned() const { return jobs_assigned_; }
    // Bytes of all sources and overlays that it was given. It can keep them open, and nobody else can free them.
    std::int64_t bytes_given() const { return bytes_given_; }

private:
    Worker(ChildProcess process, StepProgress step_progress, std::uint32_t newest_step);
    bool limit_processor_time(const Task& task, bool last);

    ChildProcess process_;
    StepProgress step_progress_;
    std::uint32_t newest_step_;
    std::unique_ptr<Task> task_;
    std::int64_t jobs_assigned_ = 0;
    std::int64_t bytes_given_ = 0;
    Clock::time_point idle_since_;
    std::chrono::nanoseconds used_when_idle_{};
    std::chrono::nanoseconds used_when_assigned_{};
    bool slowed_down_ = false;
    std::uint64_t written_when_idle_ = 0; // to stderr
    std::chrono::seconds hard_limit_{};   // of processor time; 0: not set yet
};

} // namespace thumbnailer
