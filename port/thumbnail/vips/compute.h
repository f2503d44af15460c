// Computes the pixels of a small image in the thread that asks. libvips' own threads hand over a row at a time, which
// takes longer than the pixels of a frame. May throw vips::VError.
#pragma once

#include <vips/vips8>

namespace thumbnailer {

// The image in memory, with its fields; itself if it is there already.
vips::VImage computed(const vips::VImage& image);

// An image in memory for pixels of the same kind, which must then be written; without the fields.
vips::VImage empty_like(const vips::VImage& image, int width, int height, int bands);

} // namespace thumbnailer
