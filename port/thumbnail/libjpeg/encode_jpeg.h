// Encodes planes of YCbCr as a JPEG.
#pragma once

#include <optional>
#include <vector>

#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

// The number of pixels along each side for one chroma sample: the output's, or by libvips' rule (foreign/vips2jpeg.c).
std::int32_t subsampling_of(const Output& output, std::int32_t quality);

// `planes` are one or three planes of an image of `size`; the last two have one sample for `subsampling` pixels along
// each side. Writes the same file as libvips for the same samples. nullopt after an error or a warning of libjpeg.
std::optional<EncodedFile> encode_jpeg(std::vector<Plane>& planes, Size size, std::int32_t subsampling,
                                       const Output& output, std::int32_t quality);

} // namespace thumbnailer
