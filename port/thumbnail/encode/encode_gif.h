// A GIF with as few colours and changes as suffice, and where that is possible no larger than its source.
#pragma once

#include "thumbnail/encode/encode.h"

namespace thumbnailer {

// An image of 8 bits, grey or sRGB. `source_bytes`: the size of a GIF that the image was made from, when it has no more
// pixels than that; 0: there is none. A GIF that would be larger keeps more of the frame before and gets fewer colours,
// at least 32, or 8 when the source has at most 16; unless the output says how many bits there are. May throw
// vips::VError.
Encoded encode_gif(const vips::VImage& image, const Output& output, std::size_t source_bytes);

} // namespace thumbnailer
