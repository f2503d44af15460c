// ThumbHash: an image in about 25 bytes, with its shape and its transparency (https://evanw.github.io/thumbhash/).
#pragma once

#include <cstdint>
#include <vector>

#include "thumbnail/pixels/pixels.h"

namespace thumbnailer {

inline constexpr int kThumbhashSide = 100; // the maximum of the algorithm

// The same bytes as the reference implementation (npm thumbhash, rgbaToThumbHash) for the same pixels, except for
// factors that are 0: rounding errors of a cosine make them 7 or 8 of 15.
std::vector<std::uint8_t> thumbhash(const Pixels& pixels);

} // namespace thumbnailer
