// What changes the look of the picture. All of it runs on the small image. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "job/output.h"

namespace thumbnailer {

// Greyscale; brightness, saturation and hue; contrast; blur; sharpen: in this order, those that were asked for.
vips::VImage with_effects(const vips::VImage& image, const Output& output);

// Rounded corners, or the largest circle in the middle: outside of it the image is transparent.
vips::VImage rounded(const vips::VImage& image, std::int32_t radius);

} // namespace thumbnailer
