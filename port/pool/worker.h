// One worker process as the server sees it: started, given a task, heard, ended. Killed when its owner goes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "os/process_memory.h"
#include "request/task.h"
#include "sandbox/sandbox.h"
#include "step/registry/step_progress.h"
#include "step/registry/step_registry.h"

namespace thumbnailer {

// How a process ended.
struct ExitStatus {
    std::string_view signal; // such as segv; empty when it exited
    int exit_status = 0;
};

// What a worker process has: its end of the channel, the steps that were mapped before its fork, and where it says which of
// them it runs.
struct WorkerContext {
    Descriptor channel;
    const StepRegistry& steps;
    const StepProgress& step_progress;
};

// What a worker process runs until the channel is closed; it does not return. A pointer, so that what starts workers is
// linked without what they do.
using WorkerMain = void (*)(WorkerContext context);

class Worker {
public:
    static Result<std::unique_ptr<Worker>> start(const Sandbox& sandbox, const StepRegistry& steps,
                                                 WorkerMain main);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // False when the process is already gone; the task is then still the caller's.
    bool send(std::unique_ptr<Task>& task);
    // What it answered to its task; nothing when it closed the channel or said what is no answer.
    std::variant<std::monostate, JobResult, Violation> receive();
    // Takes the task away from it.
    std::unique_ptr<Task> release() { return std::move(task_); }

    // No more tasks: it ends by itself when it sees this.
    void retire();
    void kill();
    // How it ended, once it has.
    std::optional<ExitStatus> reap();
    // Bytes of memory that are its own, see os/process_memory.h.
    std::int64_t memory() const { return private_rss(memory_); }
    // Reads what it wrote to stderr; the last lines are kept for the report of a crash.
    void read_diagnostics();
    const std::string& diagnostics() const { return diagnostics_; }

    const Task* task() const { return task_.get(); }
    // Whether it was forked after all steps of the task were mapped.
    bool has_steps_of(const Task& task) const { return newest_step_ >= task.newest_step(); }
    // Which use of a step of its task it says that it runs, and since when.
    std::optional<StepProgress::Running> running_step() const;
    bool idle() const { return !task_ && !terminating_; }
    // Told to go or killed, since when, and whether it is gone.
    bool terminating() const { return terminating_; }
    Clock::time_point terminating_since() const { return terminating_since_; }
    bool reaped() const { return reaped_; }
    std::int64_t jobs_assigned() const { return jobs_assigned_; }

    int channel_fd() const { return channel_.get(); }
    int process_fd() const { return process_.get(); }
    int stderr_fd() const { return stderr_.get(); }
    pid_t pid() const { return pid_; }

private:
    Worker() = default;

    pid_t pid_ = -1;
    Descriptor process_; // readable once it has ended
    Descriptor channel_;
    Descriptor stderr_;
    Descriptor memory_; // its statm
    StepProgress step_progress_;
    std::uint32_t newest_step_ = 0;
    std::unique_ptr<Task> task_;
    std::string diagnostics_;
    std::int64_t jobs_assigned_ = 0;
    bool terminating_ = false;
    bool reaped_ = false;
    Clock::time_point terminating_since_;

    void begin_termination();
    void limit_processor_time() const;
};

} // namespace thumbnailer
