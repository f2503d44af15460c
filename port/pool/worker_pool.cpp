#include "pool/worker_pool.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>

namespace thumbnailer {

namespace {

using std::chrono::milliseconds;

// How long a worker that was told to go may take.
constexpr milliseconds kFarewell{1000};
constexpr milliseconds kLongestPause{5000};
// How often the memory of workers is looked at. A worker fills some 100 MB in this time.
constexpr milliseconds kWeighEvery{50};

// In the poll set, for each worker.
constexpr std::size_t kPerWorker = 3;

bool is_late(const Worker& worker, Clock::time_point now) {
    return worker.task() != nullptr && worker.task()->deadline <= now;
}

// Signals that a decoder raises in itself. A kill comes from somebody else, and is no fault of the image.
bool was_the_image(const End& end) { return end.signal != "kill" && end.signal != "term" && end.signal != "int"; }

Failure crash(const Worker& worker, const End& end) {
    Failure failure{.reason = Reason::crashed,
                    .message = "the worker died while it made this thumbnail: ",
                    .signal = end.signal,
                    .diagnostics = worker.diagnostics()};
    if (end.signal.empty()) failure.exit_status = end.exit_status;
    failure.message += end.signal.empty() ? "it exited with status " + std::to_string(end.exit_status)
                                          : "signal " + std::string(end.signal);
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

// A worker on its last task does not count, so that its successor is ready before it goes.
void Crew::staff(Clock::time_point now) {
    const auto lasting = [&](const auto& worker) { return !worker->leaving() && worker->given() < config_.reuse; };
    auto missing = config_.workers - std::ranges::count_if(workers_, lasting);
    for (; missing > 0 && now >= next_fork_; --missing) {
        auto worker = Worker::start(sandbox_, worker_main_);
        if (!worker) {
            std::fprintf(stderr, "thumbnailer: %s\n", worker.error().message.c_str());
            next_fork_ = now + kLongestPause;
            return;
        }
        ++forked_;
        note({.name = "worker_start", .pid = (*worker)->pid()});
        workers_.push_back(std::move(*worker));
    }
}

bool Crew::employ(std::unique_ptr<Task>& task) {
    if (busy() >= static_cast<std::size_t>(config_.workers)) return false;
    return std::ranges::any_of(workers_, [&](const auto& worker) {
        return worker->idle() && worker->given() < config_.reuse && worker->give(task);
    });
}

std::unique_ptr<Task> Crew::dismiss(Id id) {
    for (const auto& worker : workers_) {
        if (worker->task() == nullptr || worker->task()->id != id) continue;
        worker->kill();
        return worker->release();
    }
    return nullptr;
}

void Crew::watch(std::vector<pollfd>& set) const {
    for (const auto& worker : workers_)
        for (const int fd : {worker->channel_fd(), worker->stderr_fd(), worker->process_fd()})
            set.push_back({fd, POLLIN, 0});
}

std::vector<Finished> Crew::attend(std::span<const pollfd> events) {
    std::vector<Finished> finished;
    for (std::size_t index = 0; index < events.size() / kPerWorker; ++index) {
        Worker& worker = *workers_[index];
        const auto event = events.subspan(index * kPerWorker, kPerWorker);
        if (event[0].revents != 0 && worker.task() != nullptr) hear(worker, finished);
        if (event[1].revents != 0) worker.read_diagnostics();
        if (event[2].revents == 0) continue;
        if (const auto end = worker.end()) bury(worker, *end, finished);
    }
    std::erase_if(workers_, [](const auto& worker) { return worker->ended(); });
    return finished;
}

void Crew::hear(Worker& worker, std::vector<Finished>& finished) {
    const auto heard = worker.hear();
    const auto* outcome = std::get_if<Outcome>(&heard);
    if (outcome != nullptr && worker.task()->could_end_with(*outcome)) {
        idle_deaths_ = 0;
        finished.push_back({worker.release(), *outcome});
        if (worker.given() >= config_.reuse) {
            note({.name = "worker_recycle", .pid = worker.pid(), .made = worker.given(), .why = "reuse"});
            worker.retire();
        }
        return;
    }
    // It hung up, or is not itself any more. How it ends is told when it has.
    worker.kill();
    if (outcome != nullptr)
        finished.push_back({worker.release(), Failure{Reason::crashed, "the worker answered nonsense"}, true});
    if (const auto* violation = std::get_if<Violation>(&heard))
        finished.push_back({worker.release(), forbidden_call(*violation), true});
}

void Crew::bury(Worker& worker, const End& end, std::vector<Finished>& finished) {
    worker.read_diagnostics();
    note({.name = "worker_exit", .pid = worker.pid(), .made = worker.given(), .end = end});
    if (worker.task() != nullptr) {
        finished.push_back({worker.release(), crash(worker, end), was_the_image(end)});
    } else if (!worker.leaving()) {
        // It died with nothing to do. One after the other would be a fork bomb, so each waits longer than the last.
        next_fork_ = Clock::now() + std::min(milliseconds(10 << std::min(idle_deaths_++, 12)), kLongestPause);
    }
}

std::vector<Finished> Crew::check(Clock::time_point now) {
    std::vector<Finished> finished;
    const bool weighing = now >= next_weighing_;
    if (weighing) next_weighing_ = now + kWeighEvery;
    for (const auto& worker : workers_) {
        if (worker->leaving() && now >= worker->left() + kFarewell) worker->kill();
        const bool late = is_late(*worker, now);
        // Before the kernel, short of memory, ends something else.
        const bool heavy = weighing && !late && !worker->leaving() && worker->memory() > config_.max_memory;
        if (!late && !heavy) continue;
        worker->kill();
        if (late) finished.push_back({worker->release(), Task::late()});
        if (heavy && worker->task() != nullptr)
            finished.push_back({worker->release(), too_much_memory(config_.max_memory), true});
        else if (heavy) // It only kept too much of what it had, and is replaced.
            note({.name = "worker_recycle", .pid = worker->pid(), .made = worker->given(), .why = "max_memory"});
    }
    return finished;
}

Clock::time_point Crew::due(Clock::time_point now) const {
    auto due = Clock::time_point::max();
    for (const auto& worker : workers_) {
        if (worker->task() != nullptr) due = std::min({due, worker->task()->deadline, now + kWeighEvery});
        if (worker->leaving()) due = std::min(due, worker->left() + kFarewell);
    }
    if (workers_.size() < static_cast<std::size_t>(config_.workers)) due = std::min(due, next_fork_);
    return due;
}

void Crew::note(WorkerEvent event) {
    if (config_.events) events_.push_back(event);
}

std::int64_t Crew::memory() const {
    std::int64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->memory();
    return sum;
}

bool Crew::holds(Id id) const {
    return std::ranges::any_of(
        workers_, [&](const auto& worker) { return worker->task() != nullptr && worker->task()->id == id; });
}

std::size_t Crew::busy() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(workers_, [](const auto& worker) { return worker->task() != nullptr; }));
}

} // namespace thumbnailer
