// Resampling. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// Resizes the image to exactly `size` with Lanczos. Colours of transparent pixels do not bleed into their neighbours.
// With several frames, one below the other, `size` is that of a frame, and frames do not bleed into each other.
vips::VImage resized(const vips::VImage& image, Size size, int frames = 1);

// The same in linear light, where the mean of two colours looks correct from a distance. The image becomes sRGB.
vips::VImage resized_in_linear_light(const vips::VImage& image, Size size, int frames = 1);

} // namespace thumbnailer
