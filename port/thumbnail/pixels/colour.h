// Converts any loaded image to grey or RGB with 8 or 16 bits, with or without alpha.
// Everything here may throw vips::VError; thumbnail/job_renderer.cpp catches it.
#pragma once

#include <vector>
#include <vips/vips8>

#include "job/output.h"

namespace thumbnailer {

// To sRGB with 8 bits, by its ICC profile if that is usable, else by its colour space.
vips::VImage to_srgb(const vips::VImage& image);

// To this profile, which is then embedded, with 8 or 16 bits.
vips::VImage in_profile(const vips::VImage& image, Profile profile, int depth);

// To grey or RGB with 8 or 16 bits, also of alpha.
vips::VImage at_depth(const vips::VImage& image, int depth);

// Grey becomes RGB in the same depth.
vips::VImage as_rgb(const vips::VImage& image);

// The largest value of a sample: 255 or 65535.
double max_sample(const vips::VImage& image);

// A colour as the bands of the image, which is grey or RGB.
std::vector<double> ink(const vips::VImage& image, Colour colour);

// Adds an opaque alpha channel if there is none.
vips::VImage with_alpha(const vips::VImage& image);

} // namespace thumbnailer
