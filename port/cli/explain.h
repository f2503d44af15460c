// Explains in words what the program would do with a request, by the server's own means: it opens sources, overlays and
// an unnamed file for each output, and collects streams. It does not decode, make or name anything.
#pragma once

#include <set>
#include <string>

#include "config/config.h"
#include "os/roots.h"
#include "request/request.h"
#include "request/task.h"
#include "server/streams.h"

namespace thumbnailer {

class Explainer {
public:
    Explainer(const Config& config, const Roots& roots);

    // One line for the request in a frame, and one indented line for each of its thumbnails.
    std::string explain(Frame& frame);
    // The lines after the last frame, about streams without an end.
    std::string conclude();
    bool all_well() const { return all_well_; }

private:
    Result<std::string> meaning(const Term& term, Request& request, Frame& frame);
    Result<std::string> work(const Term& term, Request& request, Frame& frame);
    Result<std::string> chunk(const Request& request);
    std::string output(const Term& given, const TaskOutput& output);
    std::string in_words(const Failure& failure);
    void take_known_steps(Request& request) const;

    const Config& config_;
    const Roots& roots_;
    Streams streams_;
    std::set<std::string> added_steps_; // by name; what they are only a worker could tell
    std::set<Id> used_ids_;             // of requests that take a worker
    std::size_t frames_ = 0;
    bool all_well_ = true;
};

} // namespace thumbnailer
