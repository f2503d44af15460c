// Starts libvips in this process, once, before any worker is forked, so that each worker has it loaded. The start
// creates no thread and runs no operation, because libvips' threads would not survive a fork.
#pragma once

#include <string>

#include "base/result.h"
#include "job/format.h"

namespace thumbnailer {

class VipsRuntime {
public:
    // Yields those of the `wanted` formats that this libvips reads; no other loader can run from here on. Fails with
    // internal when libvips does not start or lacks a saver of the format table.
    static Result<FormatSet> start(const char* program, FormatSet wanted);
    // Such as "8.18.7".
    static std::string version();
};

} // namespace thumbnailer
