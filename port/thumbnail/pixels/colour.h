// Any image that the loaders give as 8 or 16 bits of grey or RGB, with or without alpha.
// Everything here may throw vips::VError; thumbnail/job_renderer.cpp catches it.
#pragma once

#include <vector>
#include <vips/vips8>

#include "job/output.h"

namespace thumbnailer {

// By its ICC profile when it has one that fits, by its colour space otherwise. 8 bits.
vips::VImage to_srgb(const vips::VImage& image);

// In this profile, which is then the image's, with 8 or 16 bits.
vips::VImage in_profile(const vips::VImage& image, Profile profile, int depth);

// Grey or RGB with 8 or 16 bits, alpha as well.
vips::VImage at_depth(const vips::VImage& image, int depth);

// Grey becomes RGB in the same depth.
vips::VImage as_rgb(const vips::VImage& image);

// The largest value of a sample: 255 or 65535.
double max_sample(const vips::VImage& image);

// A colour as the bands of the image, which is grey or RGB.
std::vector<double> ink(const vips::VImage& image, Colour colour);

// An opaque alpha channel, when it has none.
vips::VImage with_alpha(const vips::VImage& image);

} // namespace thumbnailer
