// A progressive JPEG made into a sequential one of the mean of each block: what a decoder that scales to an eighth
// looks at, without the two bytes for each sample of the whole image that it would hold until the last scan.
#pragma once

#include "thumbnail/jpeg/progressive.h"

namespace thumbnailer {

// Nothing when the data is damaged, or cannot be written as one scan.
std::optional<std::vector<std::byte>> dc_only_jpeg(const ProgressiveJpeg& jpeg);

} // namespace thumbnailer
