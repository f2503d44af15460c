// The pixels of a HEIF picture: its tiles decoded one after the other, each shrunk into its place.
#pragma once

#include <vips/vips8>

#include "base/result.h"
#include "thumbnail/heif/heif_picture.h"
#include "thumbnail/yuv/coded_format.h"

namespace thumbnailer {

// How the first tile of the picture is coded. Fails with bad_image, and with unsupported_format for a coding without a
// decoder.
Result<CodedFormat> format_of(const HeifMeta& meta, const HeifPicture& picture);

struct HeifPixels {
    vips::VImage image; // in memory
    Nclx nclx;          // of the file, or, if it says nothing, of the coded image
};

// Up to `shrink` times smaller, by means of squares: less for a picture with alpha, or with tiles or a crop that are
// not whole squares. 8 bits a sample, 16 when the picture has more; alpha follows the colours.
// Fails with bad_image, may throw vips::VError.
Result<HeifPixels> heif_pixels(const HeifMeta& meta, const HeifPicture& picture, std::int32_t shrink);

} // namespace thumbnailer
