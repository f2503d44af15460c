// Searches the encoder's quality for an output that limits its bytes or demands an SSIM.
#pragma once

#include "base/result.h"
#include "thumbnail/encode/encode.h"

namespace thumbnailer {

// Encodes with the output's quality or with the one that was searched for: with `ssim` the lowest that reaches it,
// with `max_bytes` the highest, up to the output's own, that fits. Fails with too_large when no quality
// fits, with encode_failed when none reaches the similarity. May throw vips::VError.
//
// `source_bytes`: the size of the source when the image has no more pixels than that, and is a GIF or PNG of a GIF or
// PNG, or an animation of one; 0: it does not count. What would be larger is coded more economically, see encode_gif.
Result<Encoded> encode_with_search(const vips::VImage& image, Format format, const Output& output,
                                   std::size_t source_bytes = 0);

} // namespace thumbnailer
