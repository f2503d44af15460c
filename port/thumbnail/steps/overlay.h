// Puts an image over the thumbnail, such as a watermark. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The size of an overlay of size `image` on a canvas: the output's overlay_scale, limited to the canvas.
Size overlay_size(Size image, Size canvas, const Output& output);

// `overlay` is sRGB and already scaled.
vips::VImage with_overlay(const vips::VImage& image, const vips::VImage& overlay, const Output& output);

} // namespace thumbnailer
