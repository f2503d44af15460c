// What libvips does not say about a JPEG.
#pragma once

#include <optional>

#include "../term.h"

namespace thumbnailer {

// Bits per sample, from the frame header; nothing when there is none to be found.
std::optional<int> jpeg_precision(Bytes source);

} // namespace thumbnailer
