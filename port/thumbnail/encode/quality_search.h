// Searches the encoder's quality for an output that limits its bytes or demands an SSIM.
#pragma once

#include "base/result.h"
#include "thumbnail/encode/encode.h"

namespace thumbnailer {

// Encodes with the output's quality or searches one: with `ssim` the lowest that reaches it, with `max_bytes` the
// highest, up to the output's own, that fits. Fails with too_large if no quality fits, with encode_failed if none
// reaches the similarity. May throw vips::VError.
Result<Encoded> encode_with_search(const vips::VImage& image, Format format, const Output& output);

} // namespace thumbnailer
