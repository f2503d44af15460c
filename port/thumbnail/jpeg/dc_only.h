// Rewrites a progressive JPEG as a sequential one that has only the DC coefficient of each block. That is all that a
// decoder uses which scales to an eighth, and it spares it two bytes of memory for each sample of the whole image.
#pragma once

#include "thumbnail/jpeg/progressive.h"

namespace thumbnailer {

// Nothing when the data is damaged, or cannot be written as one scan.
std::optional<std::vector<std::byte>> dc_only_jpeg(const ProgressiveJpeg& jpeg);

} // namespace thumbnailer
