// The process that serves: one thread, one poll loop. It reads frames, opens the files that they name, assigns tasks to
// the worker pool, enforces deadlines and writes replies. It never parses an image. It blocks in poll() and in calls on
// files, which a slow file system can delay; see server/watchdog.h.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "pool/worker_pool.h"
#include "server/poison.h"
#include "server/reply.h"
#include "step/registry/step_registry.h"
#include "server/streams.h"
#include "server/watchdog.h"

namespace thumbnailer {

class Server {
public:
    // `libvips`: its version, for the hello.
    Server(const Config& config, const Sandbox& sandbox, const Roots& roots, Descriptor input, Descriptor output,
           WorkerMain worker_main, std::string_view libvips);

    // Until end of input, or until nobody reads the answers.
    ExitCode run();

private:
    ExitCode read_input();
    void handle(Frame frame);
    void accept(const Request& request, Frame& frame);
    void append_chunk(const Request& request);
    void enqueue(std::unique_ptr<Task> task);
    void cancel(Id id);
    void add_step(const Request& request);
    void finish_adding(Task& task, const JobResult& job_result);
    void remove_step(const Request& request);
    void blame_step(LoadedStep& step);
    bool remove(Id id);
    bool is_pending(Id id) const;

    void dispatch();
    void expire(Clock::time_point now);
    void reply_to(std::vector<CompletedTask> completed);
    void reply_error(Id id, const Failure& failure);
    void push_events();
    Stats stats() const;

    std::vector<pollfd> poll_set() const;
    int poll_timeout(Clock::time_point now) const;
    bool is_done() const;

    const Config& config_;
    const Roots& roots_;
    Descriptor input_;
    Descriptor output_;
    FrameReader reader_;
    FrameWriter writer_;
    StepRegistry steps_;
    WorkerPool pool_;
    Poison poison_;
    Streams streams_;
    std::deque<std::unique_ptr<Task>> queue_;
    Counters counters_;
    Watchdog watchdog_;
    Descriptor memory_; // our own statm
    bool input_ended_ = false;
};

} // namespace thumbnailer
