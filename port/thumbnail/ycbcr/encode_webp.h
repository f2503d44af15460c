// A WebP of planes as JPEG has them.
#pragma once

#include <optional>
#include <vector>

#include "job/format.h"
#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

// How many pixels along each side one sample of colour stands for (RFC 9649, 2.3: 4:2:0, always).
inline constexpr std::int32_t kWebpSubsampling = 2;

// `planes` are of an image of `size`: one, or three of which the last two are subsampled. They are changed. Nothing
// when libwebp has anything to object.
std::optional<EncodedFile> encode_webp(std::vector<Plane>& planes, Size size, const Output& output,
                                       std::int32_t quality);

} // namespace thumbnailer
