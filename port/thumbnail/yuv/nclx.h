// Colours by number: the code points of ITU-T H.273, as ISO media files (nclx) and coded images have them.
#pragma once

#include <cstdint>

namespace thumbnailer {

struct Nclx {
    std::uint64_t primaries = 2; // 2: not said
    std::uint64_t transfer = 2;
    std::uint64_t matrix = 2;
    bool full_range = false;
    bool operator==(const Nclx&) const = default;
};

} // namespace thumbnailer
