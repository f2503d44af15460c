// What a thumbnail tells beyond its pixels. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "job/output.h"

namespace thumbnailer {

// Whether the file holds anything beside the pixels: else the encoder is told to write nothing at all.
bool has_metadata(const Output& output);

// The image with what the output keeps of the source's metadata, and without the rest. A profile that its pixels
// need always stays. No orientation is left: the picture is upright.
vips::VImage with_kept_metadata(const vips::VImage& image, const Output& output);

} // namespace thumbnailer
