// BMP and ICO as images of libvips, by readers of this program. What returns an image may throw vips::VError.
#pragma once

#include <vips/vips8>

#include "base/result.h"
#include "job/job.h"
#include "thumbnail/bmp/ico.h"

namespace thumbnailer {

// Of a BMP, or of an ICO whose largest image is no PNG. Fails with bad_image or unsupported_format.
Result<Header> read_bitmap_header(Format format, Bytes source);

// Its rows, read when they are needed. `source` must outlive the image.
Result<vips::VImage> load_bitmap(Format format, Bytes source);

} // namespace thumbnailer
