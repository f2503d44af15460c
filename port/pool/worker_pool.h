// The pool of worker processes: it forks those that are missing, assigns tasks to them, kills those that are over a
// limit or do anything that an honest worker does not, reaps and replaces them. Every assigned task comes back as a
// CompletedTask, unless it was cancelled.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "os/poll_set.h"
#include "pool/worker.h"

namespace thumbnailer {

// Whether the image is to blame for the end of a worker; see server/poison.h.
enum class Blame : std::uint8_t { nobody, image };

struct CompletedTask {
    std::unique_ptr<Task> task;
    std::variant<JobResult, Failure> result;
    Blame blame = Blame::nobody;
    std::shared_ptr<LoadedStep> step = nullptr; // that is to blame for the end of the worker
};

// The start, the replacement or the end of a worker process: see `--events` in docs/protocol.md.
struct WorkerEvent {
    std::string_view name; // as on the wire: worker_start, worker_recycle, worker_exit
    pid_t pid;
    std::int64_t made = 0;     // tasks that it was given
    std::string_view why = {}; // of a recycling: the limit that it reached
    std::optional<ExitStatus> exit = {};
};

// What a worker wrote to stderr while it had a task, or before it ended.
struct Diagnostics {
    pid_t pid;
    std::string text;
};

class WorkerPool {
public:
    WorkerPool(const Config& config, ForkServer& fork_server, const StepRegistry& steps)
        : config_(config), fork_server_(fork_server), steps_(steps) {}

    // Forks the workers that are missing.
    void spawn_missing(Clock::time_point now);
    // Whether a task would find a worker.
    bool has_idle_for(const Task& task) const;
    // Replaces an idle worker that was forked before a step of the task was added.
    void recycle_one_without_steps_of(const Task& task);
    // Gives the task to the worker that has been idle longest. False, and the task still there, when none took it.
    bool assign(std::unique_ptr<Task>& task);
    // Takes a task back and kills its worker. Null when no worker has it.
    std::unique_ptr<Task> cancel(Id id);

    // Until the next call of remove_ended().
    void add_to(PollSet& set, Clock::time_point now);
    // Kills the workers that are over their deadline, their memory or their number of threads, or compute without a
    // job. Those that compute for long are slowed down.
    void enforce_limits(Clock::time_point now);
    void remove_ended();
    std::vector<CompletedTask> take_completed() { return std::exchange(completed_, {}); }
    // When `spawn_missing` or `enforce_limits` must be called next.
    Clock::time_point due(Clock::time_point now) const;

    std::size_t busy() const;
    std::int64_t forked() const { return forked_; }
    // Memory of all workers in bytes, see os/process_usage.h.
    std::int64_t memory() const;
    // The events since the last call; none without --events.
    std::vector<WorkerEvent> take_events() { return std::exchange(events_, {}); }
    // The diagnostics since the last call; none without --log-events.
    std::vector<Diagnostics> take_diagnostics() { return std::exchange(diagnostics_, {}); }

private:
    void on_message(Worker& worker);
    void on_exit(Worker& worker);
    // Its task has a valid result.
    void complete(Worker& worker, const JobResult& result);
    // Kills the worker; its task, if it has one, fails. Every kill that answers a task goes through here.
    void finish(Worker& worker, Failure failure, Blame blame);
    void recycle(Worker& worker, std::string_view why);
    void sample(Worker& worker);
    void delay_forks();
    void kill_surplus();
    void record_event(WorkerEvent event);
    void record_diagnostics(Worker& worker);
    bool can_take(const Worker& worker, const Task& task) const {
        return worker.idle() && !is_spent(worker) && worker.has_steps_of(task);
    }
    // Whether it gets no further task; `jobs` and `bytes`: on top of those that it was given.
    bool is_spent(const Worker& worker, std::int64_t jobs = 0, std::int64_t bytes = 0) const {
        return worker.slowed_down() || worker.jobs_assigned() + jobs >= config_.max_images_per_worker ||
               worker.bytes_given() + bytes >= config_.max_memory;
    }

    const Config& config_;
    ForkServer& fork_server_;
    const StepRegistry& steps_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<CompletedTask> completed_;
    std::vector<WorkerEvent> events_;
    std::vector<Diagnostics> diagnostics_;
    std::int64_t forked_ = 0;
    std::uint64_t last_sequence_ = 0;
    int idle_deaths_ = 0; // in a row, of workers that had no task
    Clock::time_point next_fork_{};
    Clock::time_point next_sample_{};
};

} // namespace thumbnailer
