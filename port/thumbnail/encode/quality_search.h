// Searches the encoder's quality for an output that limits its bytes or demands an SSIM.
#pragma once

#include "base/result.h"
#include "thumbnail/encode/encode.h"

namespace thumbnailer {

// Encodes with the output's quality or with the one that was searched for: with `ssim` the lowest that reaches it,
// with `max_bytes` the highest, up to the output's own, that fits. Fails with too_large when no quality
// fits, with encode_failed when none reaches the similarity. May throw vips::VError.
//
// `source_bytes`: a GIF that is made of a GIF which is not smaller is not to have more bytes than that one; fewer
// colours are tried for that, down to 32. 0: there is no such source.
Result<Encoded> encode_with_search(const vips::VImage& image, Format format, const Output& output,
                                   std::size_t source_bytes = 0);

} // namespace thumbnailer
