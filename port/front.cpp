#include "front.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>

namespace thumbnailer {

namespace {

using std::chrono::milliseconds;

// Beyond these the front stops reading until something was answered: the pipe fills and the client waits.
constexpr std::size_t kMaxQueued = 1024;
constexpr std::size_t kMaxUnwritten = std::size_t{64} << 20;
// How long a worker that was told to go may take.
constexpr milliseconds kFarewell{1000};
constexpr milliseconds kLongestPause{5000};
// How often the memory of busy workers is looked at. A worker fills some 100 MB in this time.
constexpr milliseconds kWeighEvery{50};

// In the poll set: input, output, then three for each worker.
constexpr std::size_t kFirstWorker = 2;
constexpr std::size_t kPerWorker = 3;

void complain(const Failure& failure) { std::fprintf(stderr, "thumbnailer: %s\n", failure.message.c_str()); }

} // namespace

Front::Front(const Config& config, const Sandbox& sandbox, const Roots& roots, Descriptor input, Descriptor output)
    : config_(config), sandbox_(sandbox), roots_(roots), input_(std::move(input)), output_(std::move(output)),
      reader_(input_.get(), static_cast<std::size_t>(config.max_frame)), writer_(output_.get()),
      streams_(static_cast<std::size_t>(config.max_streams), static_cast<std::size_t>(config.max_source_bytes)) {}

ExitCode Front::run() {
    writer_.push(hello(config_, sandbox_.posture()));
    while (!finished()) {
        staff();
        dispatch();
        if (!writer_.flush()) return ExitCode::ok;
        if (finished()) break;
        std::vector<pollfd> events = watched();
        if (::poll(events.data(), events.size(), patience(Clock::now())) < 0 && errno != EINTR)
            return ExitCode::internal;
        // Nobody reads the answers any more: there is nothing left to do.
        if ((events[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return ExitCode::ok;
        if ((events[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
            if (const ExitCode code = read_input(); code != ExitCode::ok) return code;
        attend(events);
        expire(Clock::now());
        weigh(Clock::now());
    }
    return ExitCode::ok;
}

bool Front::finished() const { return input_ended_ && queue_.empty() && busy() == 0 && writer_.empty(); }

std::vector<pollfd> Front::watched() const {
    const bool reading = !input_ended_ && queue_.size() < kMaxQueued && writer_.pending_bytes() < kMaxUnwritten;
    std::vector<pollfd> set{{reading ? input_.get() : -1, POLLIN, 0},
                            {output_.get(), static_cast<short>(writer_.empty() ? 0 : POLLOUT), 0}};
    for (const auto& worker : workers_) {
        set.push_back({worker->channel_fd(), POLLIN, 0});
        set.push_back({worker->stderr_fd(), POLLIN, 0});
        set.push_back({worker->process_fd(), POLLIN, 0});
    }
    return set;
}

// Milliseconds until something is due, -1 when nothing is.
int Front::patience(Clock::time_point now) const {
    auto due = streams_.next_deadline();
    for (const auto& task : queue_) due = std::min(due, task->deadline);
    for (const auto& worker : workers_) {
        if (worker->task() != nullptr) due = std::min(due, worker->task()->deadline);
        if (worker->leaving()) due = std::min(due, worker->left() + kFarewell);
    }
    if (workers_.size() < static_cast<std::size_t>(config_.workers)) due = std::min(due, next_fork_);
    if (busy() > 0) due = std::min(due, now + kWeighEvery);
    if (due == Clock::time_point::max()) return -1;
    const auto wait = std::chrono::ceil<milliseconds>(due - now).count();
    return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 3'600'000));
}

ExitCode Front::read_input() {
    auto input = reader_.fill();
    if (!input) {
        complain(input.error());
        return ExitCode::internal;
    }
    if (*input == Input::end) {
        input_ended_ = true;
        for (const Id id : streams_.ids()) {
            streams_.release(id);
            fail(id, {Reason::bad_request, "the input ended before the stream did"});
        }
        if (reader_.between_frames()) return ExitCode::ok;
        std::fprintf(stderr, "thumbnailer: the input ended inside a frame\n");
        return ExitCode::bad_frame;
    }
    for (;;) {
        auto frame = reader_.take();
        if (!frame) {
            complain(frame.error());
            return ExitCode::bad_frame;
        }
        if (!*frame) return ExitCode::ok;
        handle(std::move(**frame));
    }
}

void Front::handle(Frame frame) {
    const auto term = config_.codec->decode(frame.payload);
    if (!term) return writer_.push(error_reply(*config_.codec, std::nullopt, term.error()));
    const auto request = read_request(*term);
    if (!request) {
        ++counters_.failed;
        const auto id = read_id(*term);
        // What follows of a stream whose make or chunk cannot be read is no fault of its own.
        if (id && !streams_.release(*id) && announces_stream(*term) && !knows(*id)) streams_.forget(*id);
        return writer_.push(error_reply(*config_.codec, id, request.error()));
    }
    switch (request->op) {
    case Op::make:
    case Op::probe: return accept(*request, frame);
    case Op::chunk: return collect(*request);
    case Op::cancel: return cancel(request->id);
    case Op::ping: return writer_.push(pong(*config_.codec, request->id));
    case Op::stats:
        return writer_.push(stats_reply(
            *config_.codec, request->id,
            {counters_, config_.workers, static_cast<std::int64_t>(busy()), static_cast<std::int64_t>(queue_.size()),
             static_cast<std::int64_t>(streams_.size())}));
    }
}

void Front::accept(const Request& request, Frame& frame) {
    if (knows(request.id))
        return fail(request.id, {Reason::duplicate_id, "the id " + std::to_string(request.id) +
                                                           " belongs to a request that is still unanswered"});
    const bool stream = std::holds_alternative<Stream>(request.source);
    auto task = Task::from(request, frame, config_, roots_);
    if (task && !stream) return queue_.push_back(std::move(*task));
    const auto opened = task ? streams_.open(std::move(*task)) : Result<Done>(task.error());
    if (opened) return;
    if (stream) streams_.forget(request.id);
    fail(request.id, opened.error());
}

void Front::collect(const Request& request) {
    const Id id = request.id;
    if (streams_.holds(id)) {
        auto task = streams_.add(id, request.chunk);
        if (!task) return fail(id, task.error());
        if (*task) queue_.push_back(std::move(*task));
    } else if (!streams_.drops(id, !request.chunk)) {
        // A request of this id whose source is complete cannot be what its client thinks that it is.
        stop(id);
        fail(id, {Reason::bad_request, "a chunk for " + std::to_string(id) + ", which is no open stream"});
    }
}

bool Front::knows(Id id) const {
    const auto holds = [&](const Task* task) { return task != nullptr && task->id == id; };
    return streams_.holds(id) || std::ranges::any_of(queue_, [&](const auto& task) { return holds(task.get()); }) ||
           std::ranges::any_of(workers_, [&](const auto& worker) { return holds(worker->task()); });
}

void Front::cancel(Id id) {
    if (!stop(id)) return; // answered already
    ++counters_.cancelled;
    fail(id, {Reason::cancelled, "the request was cancelled"});
}

// Takes a request from wherever it is. Its answer is the caller's to give.
bool Front::stop(Id id) {
    if (streams_.release(id)) return true;
    const auto queued = std::ranges::find(queue_, id, [](const auto& task) { return task->id; });
    if (queued != queue_.end()) {
        queue_.erase(queued);
        return true;
    }
    const auto worker = std::ranges::find_if(
        workers_, [&](const auto& each) { return each->task() != nullptr && each->task()->id == id; });
    if (worker == workers_.end()) return false;
    (*worker)->release();
    (*worker)->kill();
    return true;
}

std::size_t Front::busy() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(workers_, [](const auto& worker) { return worker->task() != nullptr; }));
}

// Forks what is missing. A worker on its last task does not count, so that its successor is ready before it goes.
void Front::staff() {
    const auto lasting = [&](const auto& worker) { return !worker->leaving() && worker->given() < config_.reuse; };
    auto missing = config_.workers - std::ranges::count_if(workers_, lasting);
    for (const auto now = Clock::now(); missing > 0 && now >= next_fork_; --missing) {
        auto worker = Worker::start(sandbox_);
        if (!worker) {
            complain(worker.error());
            next_fork_ = now + kLongestPause;
            return;
        }
        ++counters_.forked;
        workers_.push_back(std::move(*worker));
    }
}

void Front::dispatch() {
    for (auto& worker : workers_) {
        if (queue_.empty() || busy() >= static_cast<std::size_t>(config_.workers)) return;
        if (!worker->idle() || worker->given() >= config_.reuse) continue;
        if (worker->give(queue_.front())) queue_.pop_front();
    }
}

void Front::attend(const std::vector<pollfd>& events) {
    const std::size_t watched = (events.size() - kFirstWorker) / kPerWorker;
    for (std::size_t index = 0; index < watched; ++index) {
        Worker& worker = *workers_[index];
        const pollfd* event = &events[kFirstWorker + index * kPerWorker];
        if (event[0].revents != 0 && worker.task() != nullptr) hear(worker);
        if (event[1].revents != 0) worker.read_diagnostics();
        if (event[2].revents == 0) continue;
        if (const auto end = worker.end()) bury(worker, *end);
    }
    std::erase_if(workers_, [](const auto& worker) { return worker->ended(); });
}

void Front::hear(Worker& worker) {
    const auto heard = worker.hear();
    if (const auto* outcome = std::get_if<Outcome>(&heard)) return answer(worker, *outcome);
    // No answer can come any more: it is dying, or must.
    worker.kill();
    if (const auto* violation = std::get_if<Violation>(&heard)) return denounce(worker, *violation);
}

void Front::denounce(Worker& worker, const Violation& violation) {
    const std::string name = syscall_name(violation.call);
    fail(worker.release()->id,
         {.reason = Reason::sandbox_violation,
          .message = "the worker called " + name + ", which making thumbnails does not need, and was ended",
          .system_call = name});
}

void Front::answer(Worker& worker, const Outcome& outcome) {
    const auto task = worker.release();
    auto reply = outcome_reply(*config_.codec, *task, outcome);
    if (!reply) {
        worker.kill();
        return fail(task->id, reply.error());
    }
    young_deaths_ = 0;
    ++(outcome.failed != 0 ? counters_.failed : counters_.served);
    writer_.push(std::move(*reply));
    if (worker.given() >= config_.reuse) worker.retire();
}

void Front::bury(Worker& worker, const End& end) {
    worker.read_diagnostics();
    if (const auto task = worker.release()) {
        ++counters_.crashed;
        Failure failure{.reason = Reason::crashed,
                        .message = "the worker died while it made this thumbnail: ",
                        .signal = end.signal,
                        .diagnostics = worker.diagnostics()};
        if (end.signal.empty()) failure.exit_status = end.exit_status;
        failure.message += end.signal.empty() ? "it exited with status " + std::to_string(end.exit_status)
                                              : "signal " + std::string(end.signal);
        fail(task->id, failure);
    } else if (!worker.leaving()) {
        // It died with nothing to do. One after the other would be a fork bomb, so each waits longer than the last.
        next_fork_ = Clock::now() + std::min(milliseconds(10 << std::min(young_deaths_++, 12)), kLongestPause);
    }
}

void Front::expire(Clock::time_point now) {
    const auto late = [&](const Task* task) { return task != nullptr && task->deadline <= now; };
    const auto fail_late = [&](const Task& task) {
        ++counters_.timed_out;
        fail(task.id, {Reason::timeout, "the deadline passed before the thumbnail was made"});
    };
    for (const auto& worker : workers_) {
        if (worker->leaving() && now >= worker->left() + kFarewell) worker->kill();
        if (!late(worker->task())) continue;
        worker->kill();
        fail_late(*worker->release());
    }
    for (const Id id : streams_.late(now)) fail_late(*streams_.release(id));
    for (const auto& task : queue_)
        if (late(task.get())) fail_late(*task);
    std::erase_if(queue_, [&](const auto& task) { return late(task.get()); });
}

// Ends what needs more memory than it may have, before the kernel ends something else.
void Front::weigh(Clock::time_point now) {
    if (now < next_weighing_) return;
    next_weighing_ = now + kWeighEvery;
    for (const auto& worker : workers_) {
        if (worker->leaving() || worker->memory() <= config_.max_memory) continue;
        const auto task = worker->release();
        worker->kill();
        if (!task) continue; // it kept too much of what it had; a new one takes its place
        fail(task->id, {.reason = Reason::out_of_memory,
                        .message = "the worker needed more than " + std::to_string(config_.max_memory) +
                                   " bytes of memory (--max-memory)",
                        .limit = config_.max_memory});
    }
}

void Front::fail(Id id, const Failure& failure) {
    ++counters_.failed;
    writer_.push(error_reply(*config_.codec, id, failure));
}

} // namespace thumbnailer
