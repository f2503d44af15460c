// The pool of worker processes: it forks those that are missing, assigns tasks to them, ends those that are over their
// deadline or their memory, reaps and replaces them. Every assigned task comes back as a CompletedTask, unless it was
// cancelled.
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
    bool killed_its_worker = false; // by a crash, a forbidden call or its memory, not by its time
};

// The start, the replacement or the end of a worker process: see `--events` in docs/protocol.md.
struct WorkerEvent {
    std::string_view name; // as on the wire: worker_start, worker_recycle, worker_exit
    pid_t pid;
    std::int64_t made = 0;     // tasks that it was given
    std::string_view why = {}; // of a recycling: the limit that it reached
    std::optional<ExitStatus> exit = {};
};

class WorkerPool {
public:
    WorkerPool(const Config& config, const Sandbox& sandbox, WorkerMain main)
        : config_(config), sandbox_(sandbox), worker_main_(main) {}

    // Forks the workers that are missing.
    void spawn_missing(Clock::time_point now);
    // Moves the task to an idle worker. False when there is none; the task then still belongs to the caller.
    bool assign(std::unique_ptr<Task>& task);
    // Takes a task back and kills its worker. Null when no worker has it.
    std::unique_ptr<Task> cancel(Id id);

    // The descriptors to poll, and the handling of their events, which must be in the same order.
    void add_poll_entries(std::vector<pollfd>& set) const;
    std::vector<CompletedTask> handle_events(std::span<const pollfd> events);
    // Kills the workers that are over their deadline or their memory.
    std::vector<CompletedTask> enforce_limits(Clock::time_point now);
    // When `spawn_missing` or `enforce_limits` must be called next.
    Clock::time_point due(Clock::time_point now) const;

    bool contains(Id id) const;
    std::size_t busy() const;
    std::int64_t forked() const { return forked_; }
    // Private resident memory of all workers, in bytes.
    std::int64_t memory() const;
    // The events since the last call; none without --events.
    std::vector<WorkerEvent> take_events() { return std::exchange(events_, {}); }

private:
    void receive_result(Worker& worker, std::vector<CompletedTask>& completed);
    void on_exit(Worker& worker, const ExitStatus& status, std::vector<CompletedTask>& completed);
    void record_event(WorkerEvent event);

    const Config& config_;
    const Sandbox& sandbox_;
    WorkerMain worker_main_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<WorkerEvent> events_;
    std::int64_t forked_ = 0;
    int idle_deaths_ = 0; // of workers without a task, in a row
    Clock::time_point next_fork_{};
    Clock::time_point next_memory_sample_{};
};

} // namespace thumbnailer
