// Which values of a byte the samples of planes use.
#pragma once

#include <cstdint>
#include <span>

#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

enum class SampleRange : std::uint8_t {
    full,  // 0 to 255 (JFIF): what JPEG has
    video, // luma from 16 to 235, chroma from 16 to 240 (ITU-R BT.601): what WebP has (RFC 6386, 9.2)
};

// Converts luma and chroma, rounded. Video samples beyond black and white become black and white.
void convert_range(std::span<Plane> planes, SampleRange from, SampleRange to);

} // namespace thumbnailer
