// Colours multiplied by their alpha, in one pass over the pixels.
#pragma once

#include <vips/vips8>

namespace thumbnailer {

// An image of 8 bits with alpha in 16 bits, its colours multiplied by alpha. libvips does it in floats, and a picture
// that is mostly opaque takes longer to multiply than to scale. May throw vips::VError.
vips::VImage premultiplied(const vips::VImage& image);

} // namespace thumbnailer
