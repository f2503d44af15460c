// What a coded image says of its samples before it is decoded.
#pragma once

#include <cstdint>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

struct CodedFormat {
    Size size;                // that a decoder has memory for
    Size shown;               // the part of it that is the image
    std::uint32_t chroma = 1; // 0: none, 1: 4:2:0, 2: 4:2:2, 3: 4:4:4
    std::uint32_t depth = 8;  // bits of a sample, the larger of luma and chroma
    bool operator==(const CodedFormat&) const = default;
};

} // namespace thumbnailer
