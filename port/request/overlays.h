// Opens the overlays of a request for the worker. An overlay of several outputs is opened and sent only once.
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
    // Opens the image, unless it is already open, and returns its index, counted from 1. Fails like open_source.
    // Bytes must stay valid until the overlays of all outputs are open.
    Result<std::uint8_t> open(const Source& source, const Config& config, const Roots& roots);
    // Describes the overlays to the worker.
    void describe(Job& job) const;
    void append_descriptors(std::vector<int>& descriptors) const;

private:
    std::vector<std::pair<Source, SourceFile>> opened_;
};

} // namespace thumbnailer
