// A WebP by libvips, and an animation where that is possible no larger than its source.
#pragma once

#include "thumbnail/encode/encode.h"

namespace thumbnailer {

// `source_bytes`: the size of the source when the image is an animation of it with no more pixels; 0: it does not
// count. Where it would be larger, each frame is lossy or lossless, as is smaller; then, unless the output says which
// quality, a drawing gets 64 to 8 colours, and others a quality of 65 or 50. May throw vips::VError.
Encoded encode_webp_image(const vips::VImage& image, const Output& output, std::size_t source_bytes);

} // namespace thumbnailer
