// The pixels of a HEIF picture: its tiles decoded one after the other, each shrunk into its place.
#pragma once

#include <vips/vips8>

#include "base/result.h"
#include "thumbnail/heif/heif_picture.h"
#include "thumbnail/hevc/hevc_config.h"

namespace thumbnailer {

// How the decoder of the picture's first tile is set up. Fails with bad_image, and with unsupported_format for a
// decoder that is not there.
Result<HevcConfig> config_of(const HeifMeta& meta, const HeifPicture& picture);

// `shrink` times smaller by means of squares, or less: a picture with alpha, or with tiles or a crop that are no whole
// squares, is not shrunk so far. 8 bits a sample, 16 when the picture has more; alpha behind the colours. In memory.
// Fails with bad_image, may throw vips::VError.
Result<vips::VImage> heif_pixels(const HeifMeta& meta, const HeifPicture& picture, std::int32_t shrink);

} // namespace thumbnailer
