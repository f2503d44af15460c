// The program's own process: one thread, one poll loop. It reads frames, opens what they name, hands tasks to
// workers, keeps their deadlines, buries and replaces the dead, and writes the answers. It never decodes an
// image, and nothing that it waits for can keep it from a deadline.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "reply.h"
#include "streams.h"

struct pollfd;

namespace thumbnailer {

class Front {
public:
    Front(const Config& config, const Sandbox& sandbox, const Roots& roots, Descriptor input, Descriptor output);

    // Until end of input, or until nobody reads the answers.
    ExitCode run();

private:
    // Input: frames to requests.
    ExitCode read_input();
    void handle(Frame frame);
    void accept(const Request& request, Frame& frame);
    void collect(const Request& request);
    bool stop(Id id);
    void cancel(Id id);
    bool knows(Id id) const;

    // Workers.
    void staff();
    void dispatch();
    void hear(Worker& worker);
    void bury(Worker& worker, const End& end);
    void expire(Clock::time_point now);
    void weigh(Clock::time_point now);
    std::size_t busy() const;

    // Output.
    void fail(Id id, const Failure& failure);
    void denounce(Worker& worker, const Violation& violation);
    void answer(Worker& worker, const Outcome& outcome);

    std::vector<pollfd> watched() const;
    int patience(Clock::time_point now) const;
    void attend(const std::vector<pollfd>& events);
    bool finished() const;

    const Config& config_;
    const Sandbox& sandbox_;
    const Roots& roots_;
    Descriptor input_;
    Descriptor output_;
    FrameReader reader_;
    FrameWriter writer_;
    Streams streams_;
    std::deque<std::unique_ptr<Task>> queue_;
    std::vector<std::unique_ptr<Worker>> workers_;
    Counters counters_;
    bool input_ended_ = false;
    int young_deaths_ = 0; // workers in a row that ended before they answered anything
    Clock::time_point next_fork_{};
    Clock::time_point next_weighing_{};
};

} // namespace thumbnailer
