// From the bytes of an image to libvips' image: the header first, the pixels as small as the target allows.
// Everything here may throw vips::VError; thumbnail.cpp catches it.
#pragma once

#include <vips/vips8>

#include "format.h"
#include "geometry.h"

namespace thumbnailer {

// Reads what the header says. No pixel is decoded.
Header read_header(Format format, Bytes source);

// The image to be resized to `scaled` (as it is seen), not larger than needed, rows to be read from top to bottom.
// It still has its orientation. `source` must outlive the image.
vips::VImage load(const Header& header, Bytes source, Size scaled);

} // namespace thumbnailer
