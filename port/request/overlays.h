// The images that a request lays over its outputs, opened for the worker: one that several outputs have is opened and
// sent once.
#pragma once

#include <utility>
#include <vector>

#include "config/config.h"
#include "job/job.h"
#include "job/source.h"
#include "os/file.h"

namespace thumbnailer {

class Overlays {
public:
    // Opens the image or finds it among the opened, and tells its place, counted from 1. Fails as open_source does.
    // Bytes must outlive the opening of all outputs.
    Result<std::uint8_t> open(const Source& source, const Config& config, const Roots& roots);
    // Tells the worker what it gets.
    void describe(Job& job) const;
    void append_descriptors(std::vector<int>& descriptors) const;

private:
    std::vector<std::pair<Source, SourceFile>> opened_;
};

} // namespace thumbnailer
