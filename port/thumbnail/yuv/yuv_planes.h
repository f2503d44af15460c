// A decoded image: a plane of luma and two planes of chroma.
#pragma once

#include <array>
#include <cstdint>

#include "thumbnail/geometry/geometry.h"
#include "thumbnail/yuv/nclx.h"

namespace thumbnailer {

// Samples of one byte, or of two bytes in native order if they have more than 8 bits.
struct YuvPlane {
    const std::uint8_t* samples = nullptr;
    std::size_t stride = 0; // bytes from one row to the next
    Size size;
    std::uint32_t depth = 8; // bits of a sample
};

// Borrowed from a decoder.
struct YuvPlanes {
    std::array<YuvPlane, 3> planes; // Y, Cb, Cr
    bool mono = false;              // the first plane is the only one
    std::int32_t across = 1;        // samples of brightness for one of colour
    std::int32_t down = 1;
    Nclx nclx; // of the coded image
};

} // namespace thumbnailer
