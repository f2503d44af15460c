// libvips in this process: started once, before any worker is forked, so that each worker has it loaded.
// Starting it makes no thread and runs no operation: libvips' threads would not survive a fork.
#pragma once

#include <string>

#include "../result.h"

namespace thumbnailer {

class VipsSession {
public:
    // Fails with internal when libvips does not start or lacks a loader or saver of the format table.
    static Result<Done> start(const char* program);
    // Such as "8.18.7".
    static std::string version();
};

} // namespace thumbnailer
