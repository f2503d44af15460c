// Encodes planes of YCbCr as a WebP.
#pragma once

#include <optional>
#include <vector>

#include "job/format.h"
#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

// `planes` are one or three planes of an image of `size`, in the video range; the last two are subsampled. Adds those
// that a grey image has not. nullopt after an error of libwebp.
std::optional<EncodedFile> encode_webp(std::vector<Plane>& planes, Size size, const Output& output,
                                       std::int32_t quality);

} // namespace thumbnailer
