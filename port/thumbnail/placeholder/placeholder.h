// Placeholders as text, for a page to show until the thumbnail is loaded. May throw vips::VError.
#pragma once

#include <string>
#include <vips/vips8>

#include "job/output.h"

namespace thumbnailer {

// thumbhash in base64; blurhash with 4 x 3 components (3 x 4 when the image is upright); color as #rrggbb: the mean of
// the largest of 4096 bins; data_uri: a WebP of 16 pixels. Empty for none.
std::string placeholder_of(const vips::VImage& image, const Output& output);

} // namespace thumbnailer
