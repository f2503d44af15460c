// Descriptor 2 as a pipe that this process reads itself, so that it can pass on what is written to stderr, by itself or
// by a library. Nobody waits for it: what does not fit into the pipe is lost.
#pragma once

#include <string>

#include "base/result.h"
#include "os/descriptor.h"

namespace thumbnailer {

class StderrPipe {
public:
    // To be called before processes are forked that are to write there as well. Fails with internal.
    static Result<StderrPipe> open();

    StderrPipe(StderrPipe&&) = default;
    StderrPipe& operator=(StderrPipe&&) = delete;
    // Gives stderr back, and to it what nobody has read.
    ~StderrPipe();

    // What was written since the last call: all of it, because it fits into the pipe.
    std::string read();
    // Readable when there is something.
    int fd() const { return reading_.get(); }

private:
    StderrPipe(Descriptor original, Descriptor reading)
        : original_(std::move(original)), reading_(std::move(reading)) {}

    Descriptor original_;
    Descriptor reading_;
};

} // namespace thumbnailer
