// Encodes planes of YCbCr as a JPEG.
#pragma once

#include <optional>
#include <vector>

#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

// How many pixels along each side one sample of chroma stands for: as the output says, else by libvips' rule
// (foreign/vips2jpeg.c).
std::int32_t subsampling_of(const Output& output, std::int32_t quality);

// `planes` are of an image of `size`: one, or three of which the last two have one sample for `subsampling` pixels
// along each side. The same file as libvips' of the same samples. Nothing when libjpeg has anything to object.
std::optional<EncodedFile> encode_jpeg(std::vector<Plane>& planes, Size size, std::int32_t subsampling,
                                       const Output& output, std::int32_t quality);

} // namespace thumbnailer
