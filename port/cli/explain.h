// What the program would do with a request, in words, without doing it: the file of a source is opened and its first
// bytes are read; where a thumbnail would go a file without a name is opened; nothing is decoded, made or written.
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

    // A line for the request in a frame, and one more, indented, for each of its thumbnails.
    std::string explain(Bytes payload);
    // What is to be said after the last frame: streams without an end.
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
    std::map<Id, std::size_t> streams_; // those that are open, and their bytes so far
    std::set<Id> refused_;              // those whose chunks would be dropped
    std::size_t frames_ = 0;
    bool all_well_ = true;
};

} // namespace thumbnailer
