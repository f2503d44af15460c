// What the kernel says of a process's memory, through /proc/PID/statm kept open because the number is read often.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "os/descriptor.h"

namespace thumbnailer {

Descriptor open_statm(pid_t pid);

// Bytes of resident memory that are the process's own: not the program's code, not what it shares with others.
// 0 when unknown.
std::int64_t private_rss(const Descriptor& statm);

} // namespace thumbnailer
