// The background behind and around the picture. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// Places the image on a larger canvas of one colour, with the colour's alpha.
vips::VImage on_canvas(const vips::VImage& image, Place place, Size canvas, Colour background);

// Blends the image with the colour behind it; the result has no alpha.
vips::VImage flattened(const vips::VImage& image, Colour background);

} // namespace thumbnailer
