#include "pool/worker_pool.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>

namespace thumbnailer {

namespace {

using std::chrono::milliseconds;

// How long a retired worker may take to exit before it is killed.
constexpr milliseconds kGracePeriod{1000};
constexpr milliseconds kMaxForkDelay{5000};
// How often the memory of the workers is read. A worker fills some 100 MB in this time.
constexpr milliseconds kSampleMemoryEvery{50};

// Entries of one worker in the poll set.
constexpr std::size_t kPerWorker = 3;

bool is_late(const Worker& worker, Clock::time_point now) {
    return worker.task() != nullptr && worker.task()->deadline <= now;
}

// SIGKILL, SIGTERM and SIGINT come from outside and say nothing about the image; other signals are raised by the
// decoder.
bool was_the_image(const ExitStatus& status) {
    return status.signal != "kill" && status.signal != "term" && status.signal != "int";
}

Failure crash(const Worker& worker, const ExitStatus& status) {
    Failure failure{.reason = Reason::crashed,
                    .message = "the worker died while it made this thumbnail: ",
                    .signal = status.signal,
                    .diagnostics = worker.diagnostics()};
    if (status.signal.empty()) failure.exit_status = status.exit_status;
    failure.message += status.signal.empty() ? "it exited with status " + std::to_string(status.exit_status)
                                             : "signal " + std::string(status.signal);
    return failure;
}

Failure forbidden_call(const Violation& violation) {
    const std::string name = syscall_name(violation.call);
    return {.reason = Reason::sandbox_violation,
            .message = "the worker called " + name + ", which making thumbnails does not need, and was ended",
            .system_call = name};
}

Failure too_much_memory(std::int64_t limit) {
    return {.reason = Reason::out_of_memory,
            .message = "the worker needed more than " + std::to_string(limit) + " bytes of memory (--max-memory)",
            .limit = limit};
}

} // namespace

// A worker on its last task does not count, so that its successor is ready before it exits.
void WorkerPool::spawn_missing(Clock::time_point now) {
    const auto lasting = [&](const auto& worker) {
        return !worker->terminating() && worker->jobs_assigned() < config_.max_images_per_worker;
    };
    auto missing = config_.workers - std::ranges::count_if(workers_, lasting);
    for (; missing > 0 && now >= next_fork_; --missing) {
        auto worker = Worker::start(sandbox_, worker_main_);
        if (!worker) {
            std::fprintf(stderr, "thumbnailer: %s\n", worker.error().message.c_str());
            next_fork_ = now + kMaxForkDelay;
            return;
        }
        ++forked_;
        record_event({.name = "worker_start", .pid = (*worker)->pid()});
        workers_.push_back(std::move(*worker));
    }
}

bool WorkerPool::assign(std::unique_ptr<Task>& task) {
    if (busy() >= static_cast<std::size_t>(config_.workers)) return false;
    return std::ranges::any_of(workers_, [&](const auto& worker) {
        return worker->idle() && worker->jobs_assigned() < config_.max_images_per_worker && worker->send(task);
    });
}

std::unique_ptr<Task> WorkerPool::cancel(Id id) {
    for (const auto& worker : workers_) {
        if (worker->task() == nullptr || worker->task()->id != id) continue;
        worker->kill();
        return worker->release();
    }
    return nullptr;
}

void WorkerPool::add_poll_entries(std::vector<pollfd>& set) const {
    for (const auto& worker : workers_)
        for (const int fd : {worker->channel_fd(), worker->stderr_fd(), worker->process_fd()})
            set.push_back({fd, POLLIN, 0});
}

std::vector<CompletedTask> WorkerPool::handle_events(std::span<const pollfd> events) {
    std::vector<CompletedTask> completed;
    for (std::size_t index = 0; index < events.size() / kPerWorker; ++index) {
        Worker& worker = *workers_[index];
        const auto event = events.subspan(index * kPerWorker, kPerWorker);
        if (event[0].revents != 0 && worker.task() != nullptr) receive_result(worker, completed);
        if (event[1].revents != 0) worker.read_diagnostics();
        if (event[2].revents == 0) continue;
        if (const auto status = worker.reap()) on_exit(worker, *status, completed);
    }
    std::erase_if(workers_, [](const auto& worker) { return worker->reaped(); });
    return completed;
}

void WorkerPool::receive_result(Worker& worker, std::vector<CompletedTask>& completed) {
    const auto received = worker.receive();
    const auto* job_result = std::get_if<JobResult>(&received);
    if (job_result != nullptr && worker.task()->is_valid_result(*job_result)) {
        idle_deaths_ = 0;
        completed.push_back({worker.release(), *job_result});
        if (worker.jobs_assigned() >= config_.max_images_per_worker) {
            record_event({.name = "worker_recycle",
                          .pid = worker.pid(),
                          .made = worker.jobs_assigned(),
                          .why = "max_images_per_worker"});
            worker.retire();
        }
        return;
    }
    // It closed the channel or sent what is no result. How the process ended is known when it is reaped.
    worker.kill();
    if (job_result != nullptr)
        completed.push_back({worker.release(), Failure{Reason::crashed, "the worker answered nonsense"}, true});
    if (const auto* violation = std::get_if<Violation>(&received))
        completed.push_back({worker.release(), forbidden_call(*violation), true});
}

void WorkerPool::on_exit(Worker& worker, const ExitStatus& status, std::vector<CompletedTask>& completed) {
    worker.read_diagnostics();
    record_event({.name = "worker_exit", .pid = worker.pid(), .made = worker.jobs_assigned(), .exit = status});
    if (worker.task() != nullptr) {
        completed.push_back({worker.release(), crash(worker, status), was_the_image(status)});
    } else if (!worker.terminating()) {
        // It died without a task. Forking again at once could go on for ever, so that each such death doubles the
        // delay.
        next_fork_ = Clock::now() + std::min(milliseconds(10 << std::min(idle_deaths_++, 12)), kMaxForkDelay);
    }
}

std::vector<CompletedTask> WorkerPool::enforce_limits(Clock::time_point now) {
    std::vector<CompletedTask> completed;
    const bool sampling = now >= next_memory_sample_;
    if (sampling) next_memory_sample_ = now + kSampleMemoryEvery;
    for (const auto& worker : workers_) {
        if (worker->terminating() && now >= worker->terminating_since() + kGracePeriod) worker->kill();
        const bool late = is_late(*worker, now);
        // Before the kernel runs out of memory and kills another process.
        const bool over_memory = sampling && !late && !worker->terminating() && worker->memory() > config_.max_memory;
        if (!late && !over_memory) continue;
        worker->kill();
        if (late) completed.push_back({worker->release(), Task::timed_out()});
        if (over_memory && worker->task() != nullptr)
            completed.push_back({worker->release(), too_much_memory(config_.max_memory), true});
        else if (over_memory) // It has no task, only memory that it did not free: it is replaced.
            record_event(
                {.name = "worker_recycle", .pid = worker->pid(), .made = worker->jobs_assigned(), .why = "max_memory"});
    }
    return completed;
}

Clock::time_point WorkerPool::due(Clock::time_point now) const {
    auto due = Clock::time_point::max();
    for (const auto& worker : workers_) {
        if (worker->task() != nullptr) due = std::min({due, worker->task()->deadline, now + kSampleMemoryEvery});
        if (worker->terminating()) due = std::min(due, worker->terminating_since() + kGracePeriod);
    }
    if (workers_.size() < static_cast<std::size_t>(config_.workers)) due = std::min(due, next_fork_);
    return due;
}

void WorkerPool::record_event(WorkerEvent event) {
    if (config_.events) events_.push_back(event);
}

std::int64_t WorkerPool::memory() const {
    std::int64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->memory();
    return sum;
}

bool WorkerPool::contains(Id id) const {
    return std::ranges::any_of(
        workers_, [&](const auto& worker) { return worker->task() != nullptr && worker->task()->id == id; });
}

std::size_t WorkerPool::busy() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(workers_, [](const auto& worker) { return worker->task() != nullptr; }));
}

} // namespace thumbnailer
