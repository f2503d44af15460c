// An image laid over the thumbnail: a watermark, a badge. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// How large an overlay of size `image` is on a canvas: as wide as the output says, and never reaching out of it.
Size overlay_size(Size image, Size canvas, const Output& output);

// `overlay` is sRGB and already of its size.
vips::VImage with_overlay(const vips::VImage& image, const vips::VImage& overlay, const Output& output);

} // namespace thumbnailer
