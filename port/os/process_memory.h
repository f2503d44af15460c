// The memory of a process by /proc/PID/statm, which is kept open because it is read often.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "os/descriptor.h"

namespace thumbnailer {

Descriptor open_statm(pid_t pid);

// Resident memory in bytes that the process shares with no other and with no file. 0 when unknown.
std::int64_t private_rss(const Descriptor& statm);

} // namespace thumbnailer
