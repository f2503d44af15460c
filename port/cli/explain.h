// Explains in words what the program would do with a request. It opens the source and reads its first bytes, and opens
// an unnamed file in the folder of each output; it does not decode, make or write anything.
#pragma once

#include <map>
#include <set>
#include <string>

#include "config/config.h"
#include "os/roots.h"
#include "request/request.h"

namespace thumbnailer {

class Explainer {
public:
    Explainer(const Config& config, const Roots& roots) : config_(config), roots_(roots) {}

    // One line for the request in a frame, and one indented line for each of its thumbnails.
    std::string explain(Bytes payload);
    // The lines after the last frame, about streams without an end.
    std::string conclude();
    bool all_well() const { return all_well_; }

private:
    Result<std::string> meaning(const Term& term, const Request& request);
    Result<std::string> work(const Term& term, const Request& request);
    Result<std::string> source(const Request& request);
    Result<std::string> chunk(const Request& request);
    std::string in_words(const Failure& failure);

    std::string destination(const std::string& to);

    const Config& config_;
    const Roots& roots_;
    std::map<Id, std::size_t> streams_; // open streams and their bytes so far
    std::set<Id> refused_;              // streams whose chunks would be dropped
    std::size_t frames_ = 0;
    bool all_well_ = true;
};

} // namespace thumbnailer
