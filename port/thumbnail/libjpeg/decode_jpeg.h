// Decodes the planes of a JPEG, without upsampling and without a conversion to RGB.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "base/bytes.h"
#include "thumbnail/pixels/source_planes.h"

namespace thumbnailer {

struct JpegWanted {
    std::int32_t shrink = 1;                                      // times smaller: 1, 2, 4 or 8
    std::int32_t rows = std::numeric_limits<std::int32_t>::max(); // of the full-sized image, from the top, at least
    // Half of the chroma samples of the planes are enough. Without it chroma has as many as luma, if the source has
    // them.
    bool halved_chroma = false;
};

// nullopt unless it is a JPEG with Huffman codes, in YCbCr or grey with a usual subsampling; and after an error or a
// warning of the decoder. Chroma is not halved in progressive files and where the profile is not that of sRGB.
std::optional<SourcePlanes> decode_jpeg(Bytes source, const JpegWanted& wanted);

} // namespace thumbnailer
