// The workers of a server: forked when missing, given tasks, watched, ended when they overrun their time or memory,
// buried and replaced. What becomes of each task comes out as a Finished.
#pragma once

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "pool/worker.h"

struct pollfd;

namespace thumbnailer {

struct CompletedTask {
    std::unique_ptr<Task> task;
    std::variant<JobResult, Failure> result;
    bool killed_its_worker = false; // by what it did, not by how long it took
    std::shared_ptr<LoadedStep> step = nullptr; // that ran when its worker was ended, and is to blame
};

// What became of a worker process, for whoever watches the program: see `--events` in docs/protocol.md.
struct WorkerEvent {
    std::string_view name; // as on the wire: worker_start, worker_recycle, worker_exit
    pid_t pid;
    std::int64_t made = 0;     // tasks that it was given
    std::string_view why = {}; // of a recycling: the limit that it reached
    std::optional<ExitStatus> exit = {};
};

class WorkerPool {
public:
    WorkerPool(const Config& config, const Sandbox& sandbox, const StepRegistry& steps, WorkerMain main)
        : config_(config), sandbox_(sandbox), steps_(steps), worker_main_(main) {}

    // Forks what is missing.
    void spawn_missing(Clock::time_point now);
    // Gives the task to a worker that has none. False, and the task still there, when all are busy, or were forked before
    // one of its steps was added: then one of them is replaced.
    bool assign(std::unique_ptr<Task>& task);
    // Takes a task back from its worker, which is ended. Empty when no worker has it.
    std::unique_ptr<Task> cancel(Id id);

    // What to poll, and then what came of it: the events in the same order.
    void add_poll_entries(std::vector<pollfd>& set) const;
    std::vector<CompletedTask> handle_events(std::span<const pollfd> events);
    // Ends what is over its deadline or its memory.
    std::vector<CompletedTask> enforce_limits(Clock::time_point now);
    // When `spawn_missing` or `enforce_limits` has something to do next.
    Clock::time_point due(Clock::time_point now) const;

    bool contains(Id id) const;
    std::size_t busy() const;
    std::int64_t forked() const { return forked_; }
    // Bytes of memory that the workers have of their own.
    std::int64_t memory() const;
    // What happened since the last call; nothing unless events are wanted.
    std::vector<WorkerEvent> take_events() { return std::exchange(events_, {}); }

private:
    void receive_result(Worker& worker, std::vector<CompletedTask>& completed);
    void on_exit(Worker& worker, const ExitStatus& status, std::vector<CompletedTask>& completed);
    // Takes the task from a worker that is ended, with the step that it ran.
    CompletedTask fail(Worker& worker, Failure failure, bool killed_its_worker);
    void retire_one_without_step(const Task& task);
    void record_event(WorkerEvent event);

    const Config& config_;
    const Sandbox& sandbox_;
    const StepRegistry& steps_;
    WorkerMain worker_main_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<WorkerEvent> events_;
    std::int64_t forked_ = 0;
    int idle_deaths_ = 0; // in a row, of workers that had no task
    Clock::time_point next_fork_{};
    Clock::time_point next_memory_sample_{};
};

} // namespace thumbnailer
