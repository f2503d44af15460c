// Decodes the planes of a JPEG, without upsampling and without a conversion to RGB.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "thumbnail/pixels/source_planes.h"

namespace thumbnailer {

// Decodes `shrink` times smaller (1, 2, 4 or 8), from the top to at least `rows` of the full-sized image. nullopt
// unless it is a JPEG with Huffman codes, in YCbCr or grey with a usual subsampling; and after an error or a warning of
// the decoder.
std::optional<SourcePlanes> decode_jpeg(Bytes source, std::int32_t shrink, std::int32_t rows);

} // namespace thumbnailer
