#include "server/server.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>

namespace thumbnailer {

namespace {

using std::chrono::milliseconds;

// Beyond these the front stops reading until something was answered: the pipe fills and the client waits.
constexpr std::size_t kMaxQueued = 1024;
constexpr std::size_t kMaxUnwritten = std::size_t{64} << 20;

// In the poll set: input, output, then what the crew watches.
constexpr std::size_t kFirstOfCrew = 2;

void complain(const Failure& failure) { std::fprintf(stderr, "thumbnailer: %s\n", failure.message.c_str()); }

} // namespace

Front::Front(const Config& config, const Sandbox& sandbox, const Roots& roots, Descriptor input, Descriptor output,
             WorkerMain worker_main, std::string_view libvips)
    : config_(config), roots_(roots), input_(std::move(input)), output_(std::move(output)),
      reader_(input_.get(), static_cast<std::size_t>(config.max_frame)), writer_(output_.get()),
      crew_(config, sandbox, worker_main), poison_(config.poison_after, milliseconds(config.poison_for_ms)),
      streams_(static_cast<std::size_t>(config.max_streams), static_cast<std::size_t>(config.max_source_bytes)),
      watchdog_(config.die_with_parent), memory_(open_statm(::getpid())) {
    writer_.push(hello(config, sandbox.posture(), libvips));
}

ExitCode Front::run() {
    crew_.staff(Clock::now()); // the hello says that the workers are there
    for (;;) {
        // Answers and work first: a worker that will be needed next is forked while they are under way.
        dispatch();
        report();
        if (!writer_.flush() || finished()) return ExitCode::ok;
        crew_.staff(Clock::now());
        dispatch();
        std::vector<pollfd> events = watched();
        watchdog_.waiting();
        if (::poll(events.data(), events.size(), patience(Clock::now())) < 0 && errno != EINTR)
            return ExitCode::internal;
        watchdog_.working();
        // Nobody reads the answers any more: there is nothing left to do.
        if ((events[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return ExitCode::ok;
        if (events[0].revents != 0)
            if (const ExitCode code = read_input(); code != ExitCode::ok) return code;
        answer(crew_.attend(std::span(events).subspan(kFirstOfCrew)));
        expire(Clock::now());
    }
}

bool Front::finished() const { return input_ended_ && queue_.empty() && crew_.busy() == 0 && writer_.empty(); }

std::vector<pollfd> Front::watched() const {
    const bool reading = !input_ended_ && queue_.size() < kMaxQueued && writer_.pending_bytes() < kMaxUnwritten;
    std::vector<pollfd> set{{reading ? input_.get() : -1, POLLIN, 0},
                            {output_.get(), static_cast<short>(writer_.empty() ? 0 : POLLOUT), 0}};
    crew_.watch(set);
    return set;
}

// Milliseconds until something is due, -1 when nothing is.
int Front::patience(Clock::time_point now) const {
    auto due = std::min(crew_.due(now), streams_.next_deadline());
    for (const auto& task : queue_) due = std::min(due, task->deadline);
    if (watchdog_.on()) due = std::min(due, now + Watchdog::kHeartbeat);
    if (due == Clock::time_point::max()) return -1;
    const auto wait = std::chrono::ceil<milliseconds>(due - now).count();
    return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 3'600'000));
}

ExitCode Front::read_input() {
    const auto input = reader_.fill();
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
    case Op::stats: return writer_.push(stats_reply(*config_.codec, request->id, stats()));
    }
}

void Front::accept(const Request& request, Frame& frame) {
    if (knows(request.id))
        return fail(request.id, {Reason::duplicate_id, "the id " + std::to_string(request.id) +
                                                           " belongs to a request that is still unanswered"});
    const bool stream = std::holds_alternative<Stream>(request.source);
    auto task = Task::from(request, frame, config_, roots_);
    if (task && !stream) return enqueue(std::move(*task));
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
        if (*task) enqueue(std::move(*task));
    } else if (!streams_.drops(id, !request.chunk)) {
        // A request of this id whose source is complete cannot be what its client thinks that it is.
        stop(id);
        fail(id, {Reason::bad_request, "a chunk for " + std::to_string(id) + ", which is no open stream"});
    }
}

void Front::enqueue(std::unique_ptr<Task> task) {
    const Job& job = task->job;
    if (poison_.holds(task->source.get(), job.source_offset, job.source_size, Clock::now()))
        return fail(task->id, {Reason::poison, "this image has killed " + std::to_string(config_.poison_after) +
                                                   " workers and is not tried again for a while"});
    queue_.push_back(std::move(task));
}

bool Front::knows(Id id) const {
    return crew_.holds(id) || streams_.holds(id) ||
           std::ranges::any_of(queue_, [&](const auto& task) { return task->id == id; });
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
    if (queued == queue_.end()) return crew_.dismiss(id) != nullptr;
    queue_.erase(queued);
    return true;
}

void Front::dispatch() {
    while (!queue_.empty() && crew_.employ(queue_.front())) queue_.pop_front();
}

void Front::expire(Clock::time_point now) {
    std::vector<Finished> late = crew_.check(now);
    for (const Id id : streams_.late(now)) late.push_back({streams_.release(id), Task::late()});
    for (auto& task : queue_)
        if (task->deadline <= now) late.push_back({std::move(task), Task::late()});
    std::erase(queue_, nullptr);
    answer(std::move(late));
}

void Front::answer(std::vector<Finished> finished) {
    for (Finished& each : finished) {
        Task& task = *each.task;
        if (const auto* outcome = std::get_if<Outcome>(&each.ending)) {
            ++(outcome->failed != 0 ? counters_.failed : counters_.served);
            writer_.push(outcome_reply(*config_.codec, task, *outcome));
            continue;
        }
        const Failure& failure = std::get<Failure>(each.ending);
        if (each.killed_its_worker)
            poison_.note(task.source.get(), task.job.source_offset, task.job.source_size, Clock::now());
        if (failure.reason == Reason::timeout) ++counters_.timed_out;
        if (failure.reason == Reason::crashed) ++counters_.crashed;
        fail(task.id, failure);
    }
}

void Front::fail(Id id, const Failure& failure) {
    ++counters_.failed;
    writer_.push(error_reply(*config_.codec, id, failure));
}

void Front::report() {
    for (const WorkerEvent& event : crew_.take_events()) writer_.push(event_frame(*config_.codec, event));
}

Stats Front::stats() const {
    return {.counters = counters_,
            .workers = config_.workers,
            .busy = static_cast<std::int64_t>(crew_.busy()),
            .queued = static_cast<std::int64_t>(queue_.size()),
            .streams = static_cast<std::int64_t>(streams_.size()),
            .forked = crew_.forked(),
            .front_memory = own_memory(memory_),
            .worker_memory = crew_.memory()};
}

} // namespace thumbnailer
