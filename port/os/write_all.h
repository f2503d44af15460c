// All bytes written, or none of the rest.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace thumbnailer {

// pwrite(2) until all of it is written. False, with errno, when the system takes no more.
bool write_all(int fd, Bytes bytes, std::uint64_t offset);

} // namespace thumbnailer
