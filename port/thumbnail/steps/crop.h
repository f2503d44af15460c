// Finds the interesting part of a picture. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The top left corner of the most interesting rectangle of this size, as libvips finds it. The image must be in memory.
Place find_interesting(const vips::VImage& image, Size size, Crop crop);

} // namespace thumbnailer
