// Resampling. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The image at exactly `size`, by Lanczos. What a transparent pixel hides does not bleed into its neighbours.
vips::VImage resized(const vips::VImage& image, Size size);

// The same in linear light, where mixing two colours is what the eye sees from afar. The image becomes sRGB.
vips::VImage resized_in_linear_light(const vips::VImage& image, Size size);

} // namespace thumbnailer
