// What a process takes from the machine, as the kernel counts it: /proc/PID/status, kept open because it is read often.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "os/descriptor.h"

namespace thumbnailer {

struct ProcessUsage {
    // Bytes: its own pages, those in shared memory, what of it is swapped out, and the page tables that say where it
    // is. Not the program's code, which it shares with others.
    std::int64_t memory = 0;
    std::int64_t threads = 0;
};

// To be opened before the process hides: it belongs to root once the process is not dumpable.
Descriptor open_process_status(pid_t pid);

// Nothing when it cannot be told: no /proc, a process that has ended, or one whose first thread has ended while others
// run on, of which the kernel says nothing more.
std::optional<ProcessUsage> read_process_usage(const Descriptor& status);

} // namespace thumbnailer
