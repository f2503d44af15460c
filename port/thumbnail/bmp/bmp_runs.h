// The run-length codes of BMP: RLE8 and RLE4 (Microsoft, "Bitmap Compression"), RLE24 (OS/2).
#pragma once

#include <cstdint>
#include <vector>

#include "thumbnail/bmp/bmp_header.h"

namespace thumbnailer {

// The pixels of a header with runs, one byte for each (the place in the palette) or three (blue, green, red), row
// after row of run_width() pixels from the bottom up. What the runs leave out is 0, the palette's first colour, as
// Pillow and ImageMagick have it. Fails with bad_image when a run leaves the picture or the data ends before the
// picture does.
Result<std::vector<std::uint8_t>> unpack_runs(const BmpHeader& header);

} // namespace thumbnailer
