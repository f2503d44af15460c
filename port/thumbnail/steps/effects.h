// The effects, applied to the small image. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "job/output.h"

namespace thumbnailer {

// Applies the output's effects in this order: greyscale; brightness, saturation and hue; contrast; blur; sharpen.
vips::VImage with_effects(const vips::VImage& image, const Output& output);

// Rounds the corners, or keeps the largest centred circle; the rest of the image becomes transparent.
vips::VImage rounded(const vips::VImage& image, std::int32_t radius);

} // namespace thumbnailer
