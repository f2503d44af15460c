// The contents of a gzip file (RFC 1951, 1952), never more than a limit: a kilobyte can hold a gigabyte.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

bool is_gzip(Bytes source);

struct Unpacked {
    enum class End { whole, at_limit, damaged };
    End end = End::damaged;
    std::vector<std::byte> bytes; // up to where it ended
};

// The first member. Its checksum is compared when it is whole.
Unpacked gunzip(Bytes source, std::size_t limit);

} // namespace thumbnailer
