// The process that serves: one thread, one poll loop. It reads frames, opens the files that they name, assigns tasks to
// the worker pool, enforces deadlines and writes replies. It never parses an image. It blocks in poll() and in calls on
// files, which a slow file system can delay; see server/watchdog.h.
//
//    stream: receiving --+
//                        v
//    make ----------> queued --> working --> writing --> answered
//                                   |                       ^
//                                   +--- without files -----+
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "pool/file_writer.h"
#include "pool/worker_pool.h"
#include "server/poison.h"
#include "server/reply.h"
#include "server/step_service.h"
#include "server/streams.h"
#include "server/watchdog.h"

namespace thumbnailer {

class Server {
public:
    // `libvips`: its version, for the hello.
    Server(const Config& config, const SandboxStatus& status, const Roots& roots, Descriptor input, Descriptor output,
           ForkServer& fork_server, Log log, std::string_view libvips);

    // Until end of input, or until nobody reads the answers.
    ExitCode run();

private:
    // Bytes of replies above which the server neither reads nor assigns tasks until some were written.
    static constexpr std::size_t kMaxUnwritten = std::size_t{64} << 20;

    // Where a request is that is not answered yet.
    enum class Stage : std::uint8_t { receiving, queued, working, writing };

    // server.cpp
    ExitCode serve();
    void read_input();
    void handle_frames();
    void stop(ExitCode code);
    void write_last_lines();
    PollSet poll_set(Clock::time_point now);
    int poll_timeout(Clock::time_point now) const;
    bool is_done() const;

    // server_requests.cpp
    bool is_adding_step() const { return adding_step_ && is_pending(*adding_step_); }
    void handle(Frame frame);
    void accept(const Request& request, Frame& frame);
    void append_chunk(const Request& request);
    void enqueue(std::unique_ptr<Task> task);
    void cancel(Id id);
    bool refuse_duplicate(Id id);
    void add_step(const Request& request);
    void remove_step(const Request& request);
    bool remove(Id id);
    bool is_pending(Id id) const { return pending_.contains(id); }

    // server_results.cpp
    void dispatch();
    void expire(Clock::time_point now);
    void take_completed();
    void on_result(std::unique_ptr<Task> task, const JobResult& result);
    void on_failure(const Task& task, const Failure& failure, Blame blame, LoadedStep* step = nullptr);
    void reply_error(Id id, const Failure& failure);
    void push_events();
    Stats stats() const;

    const Config& config_;
    const Roots& roots_;
    ForkServer& fork_server_;
    Descriptor input_;
    Descriptor output_;
    FrameReader reader_;
    FrameWriter writer_;
    StepService steps_;
    WorkerPool pool_;
    FileWriters file_writers_;
    Poison poison_;
    Streams streams_;
    std::deque<std::unique_ptr<Task>> queue_;
    std::unordered_map<Id, Stage> pending_;
    Counters counters_;
    Watchdog watchdog_;
    Log log_;
    Descriptor usage_; // our own, see os/process_usage.h
    std::size_t max_queued_;
    // The request that adds a step. While it is pending, whatever came after it waits, so that it finds the step.
    std::optional<Id> adding_step_;
    bool input_ended_ = false;
    std::optional<ExitCode> stopped_; // and with which code
};

} // namespace thumbnailer
