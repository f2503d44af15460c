// Any image that the loaders give as 8 bits of grey or sRGB, with or without alpha.
// Everything here may throw vips::VError; thumbnail.cpp catches it.
#pragma once

#include <vips/vips8>

namespace thumbnailer {

// By its ICC profile when it has one that fits, by its colour space otherwise.
vips::VImage to_srgb(const vips::VImage& image);

} // namespace thumbnailer
