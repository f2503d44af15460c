// Rotates and flips a stored picture as its EXIF orientation says. May throw vips::VError.
#pragma once

#include <vips/vips8>

namespace thumbnailer {

// `orientation` is one of EXIF's eight. The image must be in memory: rows are not read in their order.
vips::VImage apply_orientation(const vips::VImage& image, int orientation);

} // namespace thumbnailer
