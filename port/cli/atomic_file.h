// A file that appears under its name whole and on disk, or not at all.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace thumbnailer {

// By default only this user may read it. Fails with write_failed.
Result<Done> write_atomically(const std::string& path, Bytes bytes, mode_t mode = 0600);

} // namespace thumbnailer
