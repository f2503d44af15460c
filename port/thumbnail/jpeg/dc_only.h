// Rewrites a progressive JPEG as a sequential one with only the DC coefficient of each block. A decoder that scales to
// an eighth uses nothing else, and for a sequential JPEG it needs two bytes less for each sample of the whole image.
#pragma once

#include "thumbnail/jpeg/progressive.h"

namespace thumbnailer {

// nullopt if the data is damaged, or cannot be written as one scan.
std::optional<std::vector<std::byte>> dc_only_jpeg(const ProgressiveJpeg& jpeg);

} // namespace thumbnailer
