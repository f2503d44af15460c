// The chroma of a WebP: always 4:2:0 (RFC 9649, 2.3).
#pragma once

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The number of pixels along each side for one chroma sample.
inline constexpr std::int32_t kWebpSubsampling = 2;

// The samples of a chroma plane of an image of `size`.
constexpr Size webp_chroma_size(Size size) {
    return {(size.width + 1) / kWebpSubsampling, (size.height + 1) / kWebpSubsampling};
}

} // namespace thumbnailer
