// Where the interesting part of a picture is. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The top left corner of the `kept` rectangle that libvips finds worth keeping. The image must be in memory.
Place find_interesting(const vips::VImage& image, Size size, Crop crop);

} // namespace thumbnailer
