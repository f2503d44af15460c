// One worker process as the server sees it: started, sent tasks, read from, terminated, reaped. Destroying a Worker
// kills its process.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "os/process_memory.h"
#include "request/task.h"
#include "sandbox/sandbox.h"

namespace thumbnailer {

// How a process ended: by a signal, or with an exit status.
struct ExitStatus {
    std::string_view signal; // such as segv; empty when it exited
    int exit_status = 0;
};

// The main function of a worker process. It gets its end of the channel, and returns when the server closes the other.
// It is passed as a pointer so that the server is linked without the code that runs in workers.
using WorkerMain = void (*)(Descriptor channel);

class Worker {
public:
    static Result<std::unique_ptr<Worker>> start(const Sandbox& sandbox, WorkerMain main);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Sends the task. False when the process has ended; the task then still belongs to the caller.
    bool send(std::unique_ptr<Task>& task);
    // What the worker sent: its result, or the forbidden call that it made. Empty when it closed the channel or sent a
    // message of another size.
    std::variant<std::monostate, JobResult, Violation> receive();
    // Takes back the task.
    std::unique_ptr<Task> release() { return std::move(task_); }

    // Closes the channel: the worker exits when it sees that.
    void retire();
    void kill();
    // Reaps the process if it has ended. Empty while it runs.
    std::optional<ExitStatus> reap();
    // Private resident memory in bytes, see os/process_memory.h.
    std::int64_t memory() const { return private_rss(memory_); }
    // Reads what it wrote to stderr; the last lines are kept for the report of a crash.
    void read_diagnostics();
    const std::string& diagnostics() const { return diagnostics_; }

    const Task* task() const { return task_.get(); }
    bool idle() const { return !task_ && !terminating_; }
    // Whether it was retired or killed, since when, and whether the process has been reaped.
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
