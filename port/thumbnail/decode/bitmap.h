// BMP and ICO as images of libvips, by readers of this program. What returns an image may throw vips::VError.
#pragma once

#include <vips/vips8>

#include "base/result.h"
#include "job/job.h"
#include "thumbnail/bmp/ico.h"

namespace thumbnailer {

// The header of a BMP, or of an ICO whose largest image is not a PNG. Fails with bad_image or unsupported_format.
Result<Header> read_bitmap_header(Format format, Bytes source);

// Rows are read when they are needed. `source` must outlive the image.
Result<vips::VImage> load_bitmap(Format format, Bytes source);

} // namespace thumbnailer
