#include "server/server.h"

#include <algorithm>
#include <cerrno>

#include "os/complain.h"
#include "os/open_descriptors.h"
namespace thumbnailer {

namespace {

using std::chrono::milliseconds;

// Above these limits the server stops reading until replies were written: the pipe fills and the client waits. Above
// the second it assigns no task either.
constexpr std::size_t kMaxQueued = 1024;
constexpr std::size_t kMaxUnwritten = std::size_t{64} << 20;

// What is open beside the requests in the queue: frames, folders, fonts, and for each worker its channel, process,
// stderr and status, a task with its memory and one file in its folder, the same for a file writer, and a file that
// waits for it.
constexpr std::size_t kDescriptorsOfProgram = 40;
constexpr std::size_t kDescriptorsPerWorker = 17;

// A request in the queue holds its source and often nothing else.
std::size_t queue_for(std::int64_t workers) {
    const auto limit = static_cast<std::size_t>(raise_descriptor_limit());
    const std::size_t used = kDescriptorsOfProgram + kDescriptorsPerWorker * static_cast<std::size_t>(workers);
    return std::clamp<std::size_t>(limit > used ? (limit - used) / 2 : 1, 1, kMaxQueued);
}

} // namespace

Server::Server(const Config& config, const SandboxStatus& status, const Roots& roots, Descriptor input,
               Descriptor output, ForkServer& fork_server, Log log, std::string_view libvips)
    : config_(config), roots_(roots), fork_server_(fork_server), input_(std::move(input)), output_(std::move(output)),
      reader_(input_.get(), static_cast<std::size_t>(config.max_request_bytes)), writer_(output_.get()),
      steps_(config, fork_server), pool_(config, fork_server, steps_.registry()), file_writers_(config, fork_server),
      poison_(config.poison_after, milliseconds(config.poison_for_ms)),
      streams_(static_cast<std::size_t>(config.max_streams), static_cast<std::size_t>(config.max_source_bytes)),
      watchdog_(config.die_with_parent), log_(std::move(log)), usage_(open_process_status(::getpid())),
      max_queued_(queue_for(config.workers)) {
    writer_.push(hello(config, status, libvips));
}

ExitCode Server::run() {
    const ExitCode code = serve();
    write_last_lines();
    return code;
}

ExitCode Server::serve() {
    pool_.spawn_missing(Clock::now()); // the hello says that the workers are there
    while (!stopped_) {
        // Replies and tasks first: the next worker is forked while they are processed.
        dispatch();
        push_events();
        if (!writer_.flush() || is_done()) return ExitCode::ok;
        pool_.spawn_missing(Clock::now());
        dispatch();
        PollSet set = poll_set(Clock::now());
        watchdog_.waiting();
        if (set.wait(poll_timeout(Clock::now())) < 0 && errno != EINTR) return ExitCode::internal;
        watchdog_.working();
        set.handle();
        expire(Clock::now());
        take_completed();
        pool_.remove_ended();
        file_writers_.remove_ended();
        if (adding_step_ && !is_adding_step()) {
            adding_step_.reset();
            handle_frames(); // those that waited
        }
    }
    return *stopped_;
}

// As much as the pipe takes: nobody waits for a client that does not read.
void Server::write_last_lines() {
    push_events();
    for (const LogLine& line : log_.take_last(Clock::now())) writer_.push(log_event(*config_.codec, line));
    writer_.flush();
}

void Server::stop(ExitCode code) {
    if (!stopped_) stopped_ = code;
}

bool Server::is_done() const { return input_ended_ && pending_.empty() && writer_.empty(); }

PollSet Server::poll_set(Clock::time_point now) {
    const bool reading =
        !input_ended_ && !is_adding_step() && queue_.size() < max_queued_ && writer_.pending_bytes() < kMaxUnwritten;
    PollSet set;
    // Nobody reads the answers any more: there is nothing left to do.
    set.add(output_.get(), static_cast<short>(writer_.empty() ? 0 : POLLOUT), [this](short events) {
        if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0) stop(ExitCode::ok);
    });
    set.add(reading ? input_.get() : -1, POLLIN, [this](short) {
        if (!stopped_) read_input();
    });
    set.add(fork_server_.process_fd(), POLLIN, [this](short) {
        complain({Reason::internal, "the process that forks workers has ended"});
        stop(ExitCode::internal);
    });
    set.add(log_.fd(), POLLIN, [this](short) { log_.read_stderr(Clock::now()); });
    pool_.add_to(set, now);
    file_writers_.add_to(set);
    return set;
}

// Milliseconds until something is due, -1 when nothing is: the timeout of poll().
int Server::poll_timeout(Clock::time_point now) const {
    auto due = std::min({pool_.due(now), streams_.next_deadline(), file_writers_.due(), log_.due()});
    for (const auto& task : queue_) due = std::min(due, task->deadline);
    if (watchdog_.on()) due = std::min(due, now + Watchdog::kHeartbeat);
    if (due == Clock::time_point::max()) return -1;
    const auto wait = std::chrono::ceil<milliseconds>(due - now).count();
    return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 3'600'000));
}

void Server::read_input() {
    const auto input = reader_.fill();
    if (!input) {
        complain(input.error());
        return stop(ExitCode::internal);
    }
    if (*input == Input::end) {
        input_ended_ = true;
        for (const Id id : streams_.ids()) {
            streams_.release(id);
            reply_error(id, Streams::cut());
        }
        if (reader_.between_frames()) return;
        complain({Reason::bad_request, "the input ended inside a frame"});
        return stop(ExitCode::bad_frame);
    }
    handle_frames();
}

void Server::handle_frames() {
    while (!is_adding_step()) {
        auto frame = reader_.take();
        if (!frame) {
            complain(frame.error());
            return stop(ExitCode::bad_frame);
        }
        if (!*frame) return;
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
        // What follows of a stream whose make or chunk cannot be read is no fault of its own.
        if (id && streams_.release(*id))
            pending_.erase(*id);
        else if (id && announces_stream(*term) && !is_pending(*id))
            streams_.discard_rest(*id);
        return writer_.push(error_reply(*config_.codec, id, request.error()));
    }
    switch (request->op) {
    case Op::make:
    case Op::probe: return accept(*request, frame);
    case Op::chunk: return append_chunk(*request);
    case Op::cancel: return cancel(request->id);
    case Op::add_step: return add_step(*request);
    case Op::remove_step: return remove_step(*request);
    case Op::steps: return writer_.push(steps_.list(request->id));
    case Op::ping: return writer_.push(pong(*config_.codec, request->id));
    case Op::stats: return writer_.push(stats_reply(*config_.codec, request->id, stats()));
    }
}

void Server::accept(const Request& request, Frame& frame) {
    const Id id = request.id;
    if (refuse_duplicate(id)) return;
    const bool stream = std::holds_alternative<Stream>(request.source);
    auto task = Task::from(request, frame, config_, roots_, steps_.registry());
    if (task && !stream) return enqueue(std::move(*task));
    const auto opened = task ? streams_.open(std::move(*task)) : Result<Done>(task.error());
    if (opened) {
        pending_[id] = Stage::receiving;
        return;
    }
    if (stream) streams_.discard_rest(id);
    reply_error(id, opened.error());
}

// The pending request of this id is not touched.
bool Server::refuse_duplicate(Id id) {
    if (!is_pending(id)) return false;
    ++counters_.failed;
    writer_.push(error_reply(*config_.codec, id, duplicate_id(id)));
    return true;
}

void Server::add_step(const Request& request) {
    if (refuse_duplicate(request.id)) return;
    auto task = steps_.add(request.id, request.step);
    if (!task) return reply_error(request.id, task.error());
    pending_[request.id] = Stage::queued;
    queue_.push_front(std::move(*task));
    adding_step_ = request.id;
}

void Server::remove_step(const Request& request) {
    auto reply = steps_.remove(request.id, request.step);
    if (!reply) return reply_error(request.id, reply.error());
    writer_.push(std::move(*reply));
    steps_.unmap_unused();
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
        reply_error(id, no_open_stream(id));
    }
}

void Server::enqueue(std::unique_ptr<Task> task) {
    const Job& job = task->job;
    if (poison_.refuses(task->source.get(), job.source_offset, job.source_size, Clock::now(), task->step_hashes()))
        return reply_error(task->id, {Reason::poison, "this image has killed " + std::to_string(config_.poison_after) +
                                                          " workers and is not tried again for a while"});
    pending_[task->id] = Stage::queued;
    queue_.push_back(std::move(task));
}

void Server::cancel(Id id) {
    if (!remove(id)) return; // answered already
    ++counters_.cancelled;
    reply_error(id, {Reason::cancelled, "the request was cancelled"});
}

// Removes an unanswered request, wherever it is. The caller sends the reply.
bool Server::remove(Id id) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return false;
    switch (found->second) {
    case Stage::receiving: streams_.release(id); break;
    case Stage::queued: std::erase_if(queue_, [&](const auto& task) { return task->id == id; }); break;
    case Stage::working: pool_.cancel(id); break;
    case Stage::writing: file_writers_.cancel(id); break;
    }
    pending_.erase(found);
    return true;
}

void Server::dispatch() {
    // What is made for files is not heaped up before a slow disk; requests without files pass.
    const auto has_room = [&](const auto& task) { return task->files_wanted() == 0 || !file_writers_.are_behind(); };
    while (writer_.pending_bytes() < kMaxUnwritten) {
        const auto next = std::ranges::find_if(queue_, has_room);
        if (next == queue_.end()) return;
        if (!pool_.has_idle_for(**next)) return pool_.recycle_one_without_steps_of(**next);
        std::unique_ptr<Task> task = std::move(*next);
        queue_.erase(next);
        const Id id = task->id;
        if (const LoadedStep* step = task->disabled_step()) {
            reply_error(id, disabled(*step));
        } else if (auto opened = task->open_outputs(roots_); !opened) {
            reply_error(id, opened.error());
        } else if (pool_.assign(task)) {
            pending_[id] = Stage::working;
        } else {
            queue_.push_front(std::move(task));
            return;
        }
    }
}

void Server::expire(Clock::time_point now) {
    pool_.enforce_limits(now);
    file_writers_.enforce_deadlines(now);
    for (const Id id : streams_.expired(now)) on_failure(*streams_.release(id), Task::timed_out(), Blame::nobody);
    for (auto& task : queue_)
        if (task->deadline <= now) on_failure(*std::exchange(task, nullptr), Task::timed_out(), Blame::nobody);
    std::erase(queue_, nullptr);
}

void Server::take_completed() {
    for (CompletedTask& each : pool_.take_completed()) {
        if (const auto* result = std::get_if<JobResult>(&each.result))
            on_result(std::move(each.task), *result);
        else
            on_failure(*each.task, std::get<Failure>(each.result), each.blame, each.step.get());
    }
    for (CompletedTask& each : file_writers_.take_completed()) {
        if (const auto* failure = std::get_if<Failure>(&each.result)) {
            on_failure(*each.task, *failure, each.blame);
            continue;
        }
        ++counters_.served;
        pending_.erase(each.task->id);
        writer_.push(result_reply(*config_.codec, *each.task, std::get<JobResult>(each.result)));
    }
}

void Server::on_result(std::unique_ptr<Task> task, const JobResult& result) {
    const Id id = task->id;
    if (result.failed == 0) StepService::record_success(*task);
    if (result.failed == 0 && task->job.describe_step != 0) {
        ++counters_.served;
        pending_.erase(id);
        return writer_.push(steps_.publish(*task));
    }
    const std::uint64_t bytes = result.failed == 0 ? task->reply_bytes(result) : 0;
    if (bytes > static_cast<std::uint64_t>(config_.max_reply_bytes))
        return reply_error(id, {.reason = Reason::too_large,
                                .message = "the answer would have up to " + std::to_string(bytes) + " bytes: at most " +
                                           std::to_string(config_.max_reply_bytes) + " (--max-reply-bytes)",
                                .limit = config_.max_reply_bytes});
    if (result.failed == 0 && task->has_files()) {
        pending_[id] = Stage::writing;
        return file_writers_.add(std::move(task), result);
    }
    ++(result.failed != 0 ? counters_.failed : counters_.served);
    pending_.erase(id);
    writer_.push(result_reply(*config_.codec, *task, result));
}

void Server::on_failure(const Task& task, const Failure& failure, Blame blame, LoadedStep* step) {
    if (blame == Blame::image && task.source)
        poison_.record(task.source.get(), task.job.source_offset, task.job.source_size, Clock::now(),
                       step != nullptr ? std::string_view(step->hash) : std::string_view());
    if (step != nullptr)
        if (auto event = steps_.record_kill(*step)) writer_.push(std::move(*event));
    if (failure.reason == Reason::timeout) ++counters_.timed_out;
    if (failure.reason == Reason::crashed) ++counters_.crashed;
    reply_error(task.id, failure);
}

void Server::reply_error(Id id, const Failure& failure) {
    ++counters_.failed;
    pending_.erase(id);
    writer_.push(error_reply(*config_.codec, id, failure));
}

void Server::push_events() {
    for (const WorkerEvent& event : pool_.take_events()) writer_.push(event_frame(*config_.codec, event));
    const auto now = Clock::now();
    for (const Diagnostics& each : pool_.take_diagnostics()) log_.add_worker(each.pid, each.text, now);
    for (const LogLine& line : log_.take(now)) writer_.push(log_event(*config_.codec, line));
}

Stats Server::stats() const {
    return {.counters = counters_,
            .workers = config_.workers,
            .busy = static_cast<std::int64_t>(pool_.busy()),
            .queued = static_cast<std::int64_t>(queue_.size()),
            .streams = static_cast<std::int64_t>(streams_.size()),
            .forked = pool_.forked(),
            .server_memory = read_process_usage(usage_).value_or(ProcessUsage{}).memory,
            .worker_memory = pool_.memory()};
}

} // namespace thumbnailer
