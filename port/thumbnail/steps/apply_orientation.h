// Rotates and flips a stored picture by its EXIF orientation. May throw vips::VError.
#pragma once

#include <vips/vips8>

namespace thumbnailer {

// `orientation` is one of EXIF's eight values. The image must be in memory, because rows are not read in order.
vips::VImage apply_orientation(const vips::VImage& image, int orientation);

} // namespace thumbnailer
