// Decodes the planes of a WebP, without upsampling and without a conversion to RGB.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "thumbnail/pixels/source_planes.h"

namespace thumbnailer {

struct WebpDecoding {
    // Smooths the edges between the blocks of a lossy picture. It takes a sixth of the time, and nobody sees its work
    // in a picture that becomes much smaller.
    bool loop_filter = true;
    // Decodes also a lossless picture in sRGB: its chroma is then the mean of 2 x 2 pixels.
    bool lossless = false;
};

// nullopt unless it is one picture without alpha, lossy (VP8) or as `decoding` says; and after an error of the decoder.
std::optional<SourcePlanes> decode_webp(Bytes source, const WebpDecoding& decoding);

} // namespace thumbnailer
