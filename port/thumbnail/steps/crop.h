// Finds the interesting part of a picture. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The top left corner of libvips' most interesting rectangle of this size. The image must be in memory.
Place find_interesting(const vips::VImage& image, Size size, Crop crop);

} // namespace thumbnailer
