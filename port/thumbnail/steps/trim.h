// Finds the border of one colour for trimming. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// What is left of the image when the border is gone that differs from its top left pixel by less than `threshold`, of
// 255: where that pixel is transparent, the transparent border. All of it when nothing else is in it. The image must
// be in memory.
Rect find_content(const vips::VImage& image, double threshold);

} // namespace thumbnailer
