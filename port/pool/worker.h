// One worker process as the front sees it: started, given a task, heard, ended. Killed when its owner goes.
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

// How a process ended.
struct End {
    std::string_view signal; // such as segv; empty when it exited
    int exit_status = 0;
};

// What a worker process runs, with its end of the channel, until that is closed; it does not return. A pointer, so that
// what starts workers is linked without what they do.
using WorkerMain = void (*)(Descriptor channel);

class Worker {
public:
    static Result<std::unique_ptr<Worker>> start(const Sandbox& sandbox, WorkerMain main);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // False when the process is already gone; the task is then still the caller's.
    bool give(std::unique_ptr<Task>& task);
    // What it answered to its task; nothing when it closed the channel or said what is no answer.
    std::variant<std::monostate, Outcome, Violation> hear();
    // Takes the task away from it.
    std::unique_ptr<Task> release() { return std::move(task_); }

    // No more tasks: it ends by itself when it sees this.
    void retire();
    void kill();
    // How it ended, once it has.
    std::optional<End> end();
    // Bytes of memory that are its own, see os/process_memory.h.
    std::int64_t memory() const { return own_memory(memory_); }
    // Reads what it wrote to stderr; the last lines are kept for the report of a crash.
    void read_diagnostics();
    const std::string& diagnostics() const { return diagnostics_; }

    const Task* task() const { return task_.get(); }
    bool idle() const { return !task_ && !leaving_; }
    // Told to go or killed, since when, and whether it is gone.
    bool leaving() const { return leaving_; }
    Clock::time_point left() const { return left_; }
    bool ended() const { return reaped_; }
    std::int64_t given() const { return given_; }

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
    std::int64_t given_ = 0;
    bool leaving_ = false;
    bool reaped_ = false;
    Clock::time_point left_;

    void leave();
    void limit_processor_time() const;
};

} // namespace thumbnailer
