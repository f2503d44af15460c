#include "pool/worker_pool.h"

#include <algorithm>
#include <span>

#include "os/complain.h"
#include "pool/worker_failures.h"

namespace thumbnailer {

namespace {

using std::chrono::milliseconds;

// How long a recycled worker may take to exit before it is killed.
constexpr milliseconds kGracePeriod{1000};
constexpr milliseconds kMaxForkDelay{5000};
// How often memory, threads and processor time of the workers are read: while any of them has a job, and while none
// has. A worker fills some 100 MB in the shorter time.
constexpr milliseconds kSampleEvery{50};
constexpr milliseconds kSampleIdleEvery{200};
// A step that has run for so long when a deadline passes would not have ended soon.
constexpr milliseconds kStepOverdue{1000};
// A worker has about ten: those of libvips and of an encoder.
constexpr std::int64_t kMaxThreads = 96;

} // namespace

// A worker on its last task does not count, so that its successor is ready before it exits.
void WorkerPool::spawn_missing(Clock::time_point now) {
    kill_surplus();
    const auto lasting = [&](const auto& worker) { return !worker->process().terminating() && !is_spent(*worker); };
    auto missing = config_.workers - std::ranges::count_if(workers_, lasting);
    for (; missing > 0 && now >= next_fork_; --missing) {
        auto worker = Worker::start(fork_server_, steps_.newest());
        if (!worker) {
            complain(worker.error());
            next_fork_ = now + kMaxForkDelay;
            return;
        }
        ++forked_;
        record_event({.name = "worker_start", .pid = (*worker)->process().pid()});
        workers_.push_back(std::move(*worker));
    }
}

// Those that are to end still have their memory, and could take their time one behind the other: there are never more
// of them than workers.
void WorkerPool::kill_surplus() {
    std::vector<Worker*> ending;
    for (const auto& worker : workers_)
        if (worker->process().terminating() && !worker->process().killed()) ending.push_back(worker.get());
    const auto most = static_cast<std::size_t>(config_.workers);
    if (ending.size() <= most) return;
    std::ranges::sort(ending, {}, [](const Worker* worker) { return worker->process().terminating_since(); });
    for (Worker* worker : std::span(ending).first(ending.size() - most)) worker->process().kill();
}

bool WorkerPool::has_idle_for(const Task& task) const {
    return busy() < static_cast<std::size_t>(config_.workers) &&
           std::ranges::any_of(workers_, [&](const auto& worker) { return can_take(*worker, task); });
}

// spawn_missing forks its successor, which has them.
void WorkerPool::recycle_one_without_steps_of(const Task& task) {
    const auto outdated = std::ranges::find_if(
        workers_, [&](const auto& worker) { return worker->idle() && !worker->has_steps_of(task); });
    if (outdated != workers_.end()) recycle(**outdated, "step_added");
}

bool WorkerPool::assign(std::unique_ptr<Task>& task) {
    while (has_idle_for(*task)) {
        Worker* longest = nullptr;
        for (const auto& worker : workers_)
            if (can_take(*worker, *task) && (longest == nullptr || worker->idle_since() < longest->idle_since()))
                longest = worker.get();
        task->job.sequence = ++last_sequence_;
        const bool last = is_spent(*longest, 1, task->shared_bytes());
        if (longest->assign(task, last)) {
            next_sample_ = std::min(next_sample_, Clock::now() + kSampleEvery);
            return true;
        }
        longest->process().kill();
    }
    return false;
}

std::unique_ptr<Task> WorkerPool::cancel(Id id) {
    for (const auto& worker : workers_) {
        if (worker->task() == nullptr || worker->task()->id != id) continue;
        worker->process().kill();
        return worker->release();
    }
    return nullptr;
}

void WorkerPool::add_to(PollSet& set, Clock::time_point now) {
    for (const auto& each : workers_) {
        Worker* worker = each.get();
        set.add(worker->process().channel_fd(), POLLIN, [this, worker](short) { on_message(*worker); });
        set.add(worker->process().stderr_fd(now), POLLIN,
                [worker](short) { worker->process().read_diagnostics(Clock::now()); });
        set.add(worker->process().process_fd(), POLLIN, [this, worker](short) { on_exit(*worker); });
    }
}

void WorkerPool::on_message(Worker& worker) {
    const bool asked = worker.task() != nullptr;
    const auto received = worker.receive();
    if (const auto* result = std::get_if<JobResult>(&received)) return complete(worker, *result);
    if (const auto* violation = std::get_if<Violation>(&received))
        return finish(worker, forbidden_call(*violation), Blame::image);
    const std::string_view fault = std::get<std::string_view>(received);
    // It closed the channel. How the process ended is known when it is reaped; its task waits for that.
    if (asked && fault.empty()) return worker.process().kill();
    if (!asked) delay_forks();
    finish(worker, unbelievable(fault), Blame::image);
}

void WorkerPool::complete(Worker& worker, const JobResult& result) {
    idle_deaths_ = 0;
    record_diagnostics(worker);
    completed_.push_back({worker.release(), result});
    if (worker.jobs_assigned() >= config_.max_images_per_worker) return recycle(worker, "max_images_per_worker");
    if (worker.slowed_down()) return recycle(worker, "long_job");
    if (is_spent(worker)) return recycle(worker, "max_memory");
    // The image may have taken over the decoder before it failed: the next image gets a fresh worker.
    if (result.failed != 0) recycle(worker, "failed_job");
}

void WorkerPool::recycle(Worker& worker, std::string_view why) {
    record_event({.name = "worker_recycle", .pid = worker.process().pid(), .made = worker.jobs_assigned(), .why = why});
    worker.process().close_channel();
}

void WorkerPool::finish(Worker& worker, Failure failure, Blame blame) {
    worker.process().kill();
    record_diagnostics(worker);
    if (worker.task() == nullptr) return;
    std::shared_ptr<LoadedStep> to_blame;
    if (const auto running = worker.running_step()) {
        const auto& step = worker.task()->steps[running->use];
        failure.step = step->name;
        failure.message += ", in step " + step->name;
        // A step that merely was under way when a short deadline passed is not to blame for it.
        if (blame == Blame::image || (failure.reason == Reason::timeout && running->since >= kStepOverdue))
            to_blame = step;
    }
    completed_.push_back({worker.release(), std::move(failure), blame, std::move(to_blame)});
}

void WorkerPool::on_exit(Worker& worker) {
    const bool expected = worker.process().terminating();
    const auto status = worker.process().reap();
    if (!status) return;
    record_event(
        {.name = "worker_exit", .pid = worker.process().pid(), .made = worker.jobs_assigned(), .exit = status});
    if (worker.task() != nullptr)
        finish(worker, crash(*status, worker.process().last_diagnostics()),
               was_the_image(*status) ? Blame::image : Blame::nobody);
    else {
        record_diagnostics(worker);
        if (!expected) delay_forks();
    }
}

// A worker ended without a task. Forking again at once could go on for ever, so that each such death doubles the delay.
void WorkerPool::delay_forks() {
    next_fork_ = Clock::now() + std::min(milliseconds(10 << std::min(idle_deaths_++, 12)), kMaxForkDelay);
}

void WorkerPool::enforce_limits(Clock::time_point now) {
    const bool sampling = now >= next_sample_;
    if (sampling) next_sample_ = now + (busy() > 0 ? kSampleEvery : kSampleIdleEvery);
    for (const auto& worker : workers_) {
        const ChildProcess& process = worker->process();
        if (worker->task() != nullptr && worker->task()->deadline <= now)
            finish(*worker, Task::timed_out(), Blame::nobody);
        else if (process.terminating() && !process.killed() && now >= process.terminating_since() + kGracePeriod)
            worker->process().kill();
        if (sampling && !process.reaped()) sample(*worker);
    }
}

// Before the kernel runs out of memory and kills another process.
void WorkerPool::sample(Worker& worker) {
    const auto usage = worker.usage();
    const std::int64_t given = worker.task() != nullptr ? worker.task()->shared_bytes() : 0;
    // Either the process is exiting, and a kill changes nothing, or its first thread has ended while others run: the
    // kernel then reports no memory. What it said last is heard first.
    if (!usage && !worker.process().has_message()) worker.process().kill();
    if (!usage) return;
    if (usage->threads > kMaxThreads) return finish(worker, too_many_threads(usage->threads), Blame::image);
    if (worker.is_busy_while_idle()) return finish(worker, {}, Blame::nobody);
    worker.slow_down_long_task();
    if (usage->memory <= config_.max_memory + given) return;
    if (worker.idle()) // It has no task, only memory that it did not free: it is replaced.
        record_event({.name = "worker_recycle",
                      .pid = worker.process().pid(),
                      .made = worker.jobs_assigned(),
                      .why = "max_memory"});
    finish(worker, too_much_memory(config_.max_memory), Blame::image);
}

void WorkerPool::remove_ended() {
    std::erase_if(workers_, [](const auto& worker) { return worker->process().reaped(); });
}

Clock::time_point WorkerPool::due(Clock::time_point now) const {
    auto due = std::max(workers_.empty() ? Clock::time_point::max() : next_sample_, now);
    if (busy() > 0) due = std::min(due, now + kSampleEvery);
    for (const auto& worker : workers_) {
        if (worker->task() != nullptr) due = std::min(due, worker->task()->deadline);
        if (worker->process().terminating() && !worker->process().killed())
            due = std::min(due, worker->process().terminating_since() + kGracePeriod);
        due = std::min(due, worker->process().next_read(now));
    }
    if (workers_.size() < static_cast<std::size_t>(config_.workers)) due = std::min(due, next_fork_);
    return due;
}

void WorkerPool::record_event(WorkerEvent event) {
    if (config_.events) events_.push_back(event);
}

void WorkerPool::record_diagnostics(Worker& worker) {
    if (!config_.log_events) return;
    std::string text = worker.process().last_diagnostics();
    worker.process().forget_diagnostics();
    if (!text.empty()) diagnostics_.push_back({worker.process().pid(), std::move(text)});
}

std::int64_t WorkerPool::memory() const {
    std::int64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->process().usage().value_or(ProcessUsage{}).memory;
    return sum;
}

std::size_t WorkerPool::busy() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(workers_, [](const auto& worker) { return worker->task() != nullptr; }));
}

} // namespace thumbnailer
