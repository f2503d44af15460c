// Decodes the planes of a JPEG, without upsampling and without a conversion to RGB.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

// One plane of a source. `x_scale` and `y_scale` are its samples per pixel of the source; its first sample starts at
// the pixel (left, top).
struct SourcePlane {
    Plane plane;
    double x_scale = 1;
    double y_scale = 1;
    double left = 0;
    double top = 0;
};

struct JpegPlanes {
    std::vector<SourcePlane> planes;
    bool srgb = true; // its colours are those of sRGB; else a profile says which they are
};

// Decodes `shrink` times smaller (1, 2, 4 or 8), from the top to at least `rows` of the full-sized image. nullopt
// unless it is a JPEG with Huffman codes, in YCbCr or grey with a usual subsampling; and after an error or a warning of
// the decoder.
std::optional<JpegPlanes> decode_jpeg(Bytes source, std::int32_t shrink, std::int32_t rows);

} // namespace thumbnailer
