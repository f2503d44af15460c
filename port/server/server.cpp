#include "server/server.h"

#include <algorithm>
#include <cerrno>

#include "os/complain.h"
#include "os/open_descriptors.h"
#include "server/hello.h"

namespace thumbnailer {

namespace {

using std::chrono::milliseconds;

// Above this limit the server stops reading until replies were written: the pipe fills and the client waits.
constexpr std::size_t kMaxQueued = 1024;

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

} // namespace thumbnailer
