// Means of the samples of a plane.
#pragma once

#include <cstdint>
#include <vector>

#include "thumbnail/yuv/yuv_planes.h"

namespace thumbnailer {

// A part of a plane, divided into blocks from its top left corner; the last ones may be smaller.
struct Blocks {
    Rect part;
    std::int32_t width = 1;
    std::int32_t height = 1;
};

// The mean of each block of a row of blocks.
void means_of(const YuvPlane& plane, const Blocks& blocks, std::int32_t row, std::vector<float>& means);

// Row `y` of a part of the image: chroma at the resolution of luma, interpolated between two samples. Horizontally, the
// chroma samples are at those of luma; vertically, they are between two rows (H.273, 8.7, type 0).
void enlarged(const YuvPlane& plane, const Rect& part, std::int32_t across, std::int32_t down, std::int32_t y,
              std::vector<float>& samples);

} // namespace thumbnailer
