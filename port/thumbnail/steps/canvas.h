// What stands behind and around the picture. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The image at a place of a larger canvas of one colour, which is transparent where the colour is.
vips::VImage on_canvas(const vips::VImage& image, Place place, Size canvas, Colour background);

// The colour shows through where the image is transparent; no alpha is left.
vips::VImage flattened(const vips::VImage& image, Colour background);

} // namespace thumbnailer
