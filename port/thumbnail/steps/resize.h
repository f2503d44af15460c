// Resampling. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// Resizes the image to exactly `size` with Lanczos. Colours of transparent pixels do not bleed into their neighbours.
vips::VImage resized(const vips::VImage& image, Size size);

// The same in linear light, where the mean of two colours looks correct from a distance. The image becomes sRGB.
vips::VImage resized_in_linear_light(const vips::VImage& image, Size size);

} // namespace thumbnailer
