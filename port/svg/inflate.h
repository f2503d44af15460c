// Decompresses deflate (RFC 1951), never more than a limit: a kilobyte can hold a gigabyte.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

struct Inflated {
    enum class End { whole, at_limit, damaged };
    End end = End::damaged;
    std::vector<std::byte> bytes; // up to where it ended
    std::size_t used = 0;         // bytes of the source, if it is whole
};

Inflated inflate(Bytes deflated, std::size_t limit);

} // namespace thumbnailer
