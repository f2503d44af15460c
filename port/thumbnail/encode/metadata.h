// The metadata of a thumbnail. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "job/output.h"

namespace thumbnailer {

// Whether the file contains metadata; if not, the encoder gets the option to write none.
bool has_metadata(const Output& output);

// The image with the metadata that the output keeps, and without the rest. A profile that its pixels need is always
// kept. The orientation is removed, because it is already applied.
vips::VImage with_kept_metadata(const vips::VImage& image, const Output& output);

} // namespace thumbnailer
