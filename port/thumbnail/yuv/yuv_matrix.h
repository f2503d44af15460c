// Converts luma and chroma to red, green and blue (ITU-T H.273, 8.3).
#pragma once

#include <cstdint>

#include "base/result.h"
#include "thumbnail/yuv/nclx.h"

namespace thumbnailer {

struct YuvMatrix {
    // Scales of luma to 0 .. 1, and of chroma to -0.5 .. 0.5.
    float luma_black = 0;
    float luma_scale = 1;
    float chroma_middle = 0;
    float chroma_scale = 1;
    // The share of each chroma sample in each colour.
    float red_by_cr = 0;
    float green_by_cb = 0;
    float green_by_cr = 0;
    float blue_by_cb = 0;
    bool identity = false; // the planes are green, blue and red
};

// Of samples of `depth` bits. A matrix that is not said is that of BT.601, as MIAF has it (ISO/IEC 23000-22, 7.3.6.4).
// Fails with unsupported_format for those that are no matrix of three constants.
Result<YuvMatrix> yuv_matrix(const Nclx& nclx, std::uint32_t depth);

} // namespace thumbnailer
