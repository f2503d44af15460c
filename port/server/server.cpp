#include "server/server.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>

namespace thumbnailer {

namespace {

using std::chrono::milliseconds;

// Above these limits the server stops reading until replies were written: the pipe fills and the client waits.
constexpr std::size_t kMaxQueued = 1024;
constexpr std::size_t kMaxUnwritten = std::size_t{64} << 20;

// In the poll set: input, output, then the entries of the pool.
constexpr std::size_t kFirstOfPool = 2;

Failure duplicate_id(Id id) {
    return {Reason::duplicate_id, "the id " + std::to_string(id) + " belongs to a request that is still unanswered"};
}

void complain(const Failure& failure) { std::fprintf(stderr, "thumbnailer: %s\n", failure.message.c_str()); }

} // namespace

Server::Server(const Config& config, const Sandbox& sandbox, const Roots& roots, Descriptor input, Descriptor output,
               WorkerMain worker_main, std::string_view libvips)
    : config_(config), roots_(roots), input_(std::move(input)), output_(std::move(output)),
      reader_(input_.get(), static_cast<std::size_t>(config.max_request_bytes)), writer_(output_.get()),
      pool_(config, sandbox, steps_, worker_main), poison_(config.poison_after, milliseconds(config.poison_for_ms)),
      streams_(static_cast<std::size_t>(config.max_streams), static_cast<std::size_t>(config.max_source_bytes)),
      watchdog_(config.die_with_parent), memory_(open_statm(::getpid())) {
    writer_.push(hello(config, sandbox.status(), libvips));
}

ExitCode Server::run() {
    pool_.spawn_missing(Clock::now()); // the hello says that the workers are there
    for (;;) {
        // Replies and tasks first: the next worker is forked while they are processed.
        dispatch();
        push_events();
        if (!writer_.flush() || is_done()) return ExitCode::ok;
        pool_.spawn_missing(Clock::now());
        dispatch();
        std::vector<pollfd> events = poll_set();
        watchdog_.waiting();
        if (::poll(events.data(), events.size(), poll_timeout(Clock::now())) < 0 && errno != EINTR)
            return ExitCode::internal;
        watchdog_.working();
        // Nobody reads the answers any more: there is nothing left to do.
        if ((events[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return ExitCode::ok;
        if (events[0].revents != 0)
            if (const ExitCode code = read_input(); code != ExitCode::ok) return code;
        reply_to(pool_.handle_events(std::span(events).subspan(kFirstOfPool)));
        expire(Clock::now());
    }
}

bool Server::is_done() const { return input_ended_ && queue_.empty() && pool_.busy() == 0 && writer_.empty(); }

std::vector<pollfd> Server::poll_set() const {
    const bool reading = !input_ended_ && queue_.size() < kMaxQueued && writer_.pending_bytes() < kMaxUnwritten;
    std::vector<pollfd> set{{reading ? input_.get() : -1, POLLIN, 0},
                            {output_.get(), static_cast<short>(writer_.empty() ? 0 : POLLOUT), 0}};
    pool_.add_poll_entries(set);
    return set;
}

// Milliseconds until something is due, -1 when nothing is: the timeout of poll().
int Server::poll_timeout(Clock::time_point now) const {
    auto due = std::min(pool_.due(now), streams_.next_deadline());
    for (const auto& task : queue_) due = std::min(due, task->deadline);
    if (watchdog_.on()) due = std::min(due, now + Watchdog::kHeartbeat);
    if (due == Clock::time_point::max()) return -1;
    const auto wait = std::chrono::ceil<milliseconds>(due - now).count();
    return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 3'600'000));
}

ExitCode Server::read_input() {
    const auto input = reader_.fill();
    if (!input) {
        complain(input.error());
        return ExitCode::internal;
    }
    if (*input == Input::end) {
        input_ended_ = true;
        for (const Id id : streams_.ids()) {
            streams_.release(id);
            reply_error(id, {Reason::bad_request, "the input ended before the stream did"});
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

void Server::handle(Frame frame) {
    const auto term = config_.codec->decode(frame.payload);
    if (!term) return writer_.push(error_reply(*config_.codec, std::nullopt, term.error()));
    const auto request = read_request(*term);
    if (!request) {
        ++counters_.failed;
        const auto id = read_id(*term);
        // The chunks that follow a make or a chunk that cannot be read are dropped without an error of their own.
        if (id && !streams_.release(*id) && announces_stream(*term) && !is_pending(*id)) streams_.discard_rest(*id);
        return writer_.push(error_reply(*config_.codec, id, request.error()));
    }
    switch (request->op) {
    case Op::make:
    case Op::probe: return accept(*request, frame);
    case Op::chunk: return append_chunk(*request);
    case Op::cancel: return cancel(request->id);
    case Op::add_step: return add_step(*request);
    case Op::remove_step: return remove_step(*request);
    case Op::steps: return writer_.push(steps_reply(*config_.codec, request->id, steps_));
    case Op::ping: return writer_.push(pong(*config_.codec, request->id));
    case Op::stats: return writer_.push(stats_reply(*config_.codec, request->id, stats()));
    }
}

void Server::accept(const Request& request, Frame& frame) {
    if (is_pending(request.id)) return reply_error(request.id, duplicate_id(request.id));
    const bool stream = std::holds_alternative<Stream>(request.source);
    auto task = Task::from(request, frame, config_, roots_, steps_);
    if (task && !stream) return enqueue(std::move(*task));
    const auto opened = task ? streams_.open(std::move(*task)) : Result<Done>(task.error());
    if (opened) return;
    if (stream) streams_.discard_rest(request.id);
    reply_error(request.id, opened.error());
}

void Server::append_chunk(const Request& request) {
    const Id id = request.id;
    if (streams_.contains(id)) {
        auto task = streams_.add(id, request.chunk);
        if (!task) return reply_error(id, task.error());
        if (*task) enqueue(std::move(*task));
    } else if (!streams_.is_discarded(id, !request.chunk)) {
        // A request of this id whose source is complete cannot be what its client thinks that it is.
        remove(id);
        reply_error(id, {Reason::bad_request, "a chunk for " + std::to_string(id) + ", which is no open stream"});
    }
}

void Server::enqueue(std::unique_ptr<Task> task) {
    const Job& job = task->job;
    std::vector<std::string_view> steps;
    for (const auto& step : task->steps) steps.push_back(step->hash);
    if (poison_.refuses(task->source.get(), job.source_offset, job.source_size, Clock::now(), steps))
        return reply_error(task->id, {Reason::poison, "this image has killed " + std::to_string(config_.poison_after) +
                                                          " workers and is not tried again for a while"});
    queue_.push_back(std::move(task));
}

bool Server::is_pending(Id id) const {
    return pool_.contains(id) || streams_.contains(id) ||
           std::ranges::any_of(queue_, [&](const auto& task) { return task->id == id; });
}

void Server::cancel(Id id) {
    if (!remove(id)) return; // answered already
    ++counters_.cancelled;
    reply_error(id, {Reason::cancelled, "the request was cancelled"});
}

// Removes an unanswered request, wherever it is. The caller sends the reply.
bool Server::remove(Id id) {
    if (streams_.release(id)) return true;
    const auto queued = std::ranges::find(queue_, id, [](const auto& task) { return task->id; });
    if (queued == queue_.end()) return pool_.cancel(id) != nullptr;
    queue_.erase(queued);
    return true;
}

// The step is mapped at once, and can be named once a worker, in its sandbox, has said what it is.
void Server::add_step(const Request& request) {
    const Id id = request.id;
    if (is_pending(id)) return reply_error(id, duplicate_id(id));
    // A copy, because a mapping begins at the start of a file.
    const auto sealed = share_copy(request.step.translation);
    auto step = sealed ? steps_.map(request.step.name, request.step.hash, sealed->get())
                       : Result<std::shared_ptr<LoadedStep>>(sealed.error());
    auto task = step ? Task::describing(id, std::move(*step), config_) : Result<std::unique_ptr<Task>>(step.error());
    if (!task) return reply_error(id, task.error());
    queue_.push_back(std::move(*task));
}

void Server::finish_adding(Task& task, const JobResult& job_result) {
    LoadedStep& step = *task.steps.front();
    const auto text = Mapping::of(task.result.get(), job_result.description_bytes);
    step.description = text_of(text.bytes());
    const auto lines = std::ranges::count(step.description, '\n') + (step.description.ends_with('\n') ? 0 : 1);
    step.parameters = static_cast<std::size_t>(lines - 1); // the first is the heading
    steps_.publish(task.steps.front());
    writer_.push(step_reply(*config_.codec, task.id, step));
}

void Server::remove_step(const Request& request) {
    if (steps_.remove(request.step.name)) return writer_.push(removed_reply(*config_.codec, request.id));
    reply_error(request.id, {Reason::bad_request, "there is no step \"" + request.step.name + "\""});
}

// A step that ends one worker after the other does so until somebody looks at it.
void Server::blame_step(LoadedStep& step) {
    if (config_.disable_step_after == 0 || step.disabled || ++step.kills < config_.disable_step_after) return;
    step.disabled = true;
    writer_.push(step_disabled_event(*config_.codec, step));
}

void Server::dispatch() {
    while (!queue_.empty()) {
        if (const LoadedStep* step = queue_.front()->disabled_step()) {
            reply_error(queue_.front()->id, disabled(*step));
        } else if (!pool_.assign(queue_.front())) {
            return;
        }
        queue_.pop_front();
    }
}

void Server::expire(Clock::time_point now) {
    std::vector<CompletedTask> late = pool_.enforce_limits(now);
    for (const Id id : streams_.expired(now)) late.push_back({streams_.release(id), Task::timed_out()});
    for (auto& task : queue_)
        if (task->deadline <= now) late.push_back({std::move(task), Task::timed_out()});
    std::erase(queue_, nullptr);
    reply_to(std::move(late));
}

void Server::reply_to(std::vector<CompletedTask> completed) {
    for (CompletedTask& each : completed) {
        Task& task = *each.task;
        if (const auto* job_result = std::get_if<JobResult>(&each.result)) {
            ++(job_result->failed != 0 ? counters_.failed : counters_.served);
            if (job_result->failed == 0)
                for (const auto& step : task.steps) step->kills = 0;
            if (task.job.describe_step != 0 && job_result->failed == 0) {
                finish_adding(task, *job_result);
                continue;
            }
            writer_.push(result_reply(*config_.codec, task, *job_result));
            continue;
        }
        const Failure& failure = std::get<Failure>(each.result);
        if (each.killed_its_worker && task.source)
            poison_.record(task.source.get(), task.job.source_offset, task.job.source_size, Clock::now(),
                           each.step ? std::string_view(each.step->hash) : std::string_view());
        if (each.step) blame_step(*each.step);
        if (failure.reason == Reason::timeout) ++counters_.timed_out;
        if (failure.reason == Reason::crashed) ++counters_.crashed;
        reply_error(task.id, failure);
    }
}

void Server::reply_error(Id id, const Failure& failure) {
    ++counters_.failed;
    writer_.push(error_reply(*config_.codec, id, failure));
}

void Server::push_events() {
    for (const WorkerEvent& event : pool_.take_events()) writer_.push(event_frame(*config_.codec, event));
}

Stats Server::stats() const {
    return {.counters = counters_,
            .workers = config_.workers,
            .busy = static_cast<std::int64_t>(pool_.busy()),
            .queued = static_cast<std::int64_t>(queue_.size()),
            .streams = static_cast<std::int64_t>(streams_.size()),
            .forked = pool_.forked(),
            .server_memory = private_rss(memory_),
            .worker_memory = pool_.memory()};
}

} // namespace thumbnailer
