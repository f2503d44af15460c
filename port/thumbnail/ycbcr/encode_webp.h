// Encodes JPEG's planes as a WebP.
#pragma once

#include <optional>
#include <vector>

#include "job/format.h"
#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

// The number of pixels along each side for one chroma sample (RFC 9649, 2.3: always 4:2:0).
inline constexpr std::int32_t kWebpSubsampling = 2;

// `planes` are one or three planes of an image of `size`; the last two are subsampled. Modifies them. nullopt after an
// error of libwebp.
std::optional<EncodedFile> encode_webp(std::vector<Plane>& planes, Size size, const Output& output,
                                       std::int32_t quality);

} // namespace thumbnailer
