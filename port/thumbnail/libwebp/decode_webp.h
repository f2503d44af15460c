// Decodes the planes of a WebP, without upsampling and without a conversion to RGB.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "thumbnail/pixels/source_planes.h"

namespace thumbnailer {

// Whether the filter smooths the edges between blocks. It takes a quarter of the time, and nobody sees its work in a
// picture that becomes much smaller.
enum class LoopFilter : std::uint8_t { on, off };

// nullopt unless it is one lossy picture (VP8) without alpha; and after an error of the decoder.
std::optional<SourcePlanes> decode_webp(Bytes source, LoopFilter loop_filter);

} // namespace thumbnailer
