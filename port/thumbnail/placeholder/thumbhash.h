// ThumbHash: an image in about 25 bytes, with its shape and its transparency (https://evanw.github.io/thumbhash/).
#pragma once

#include <cstdint>
#include <vector>

#include "thumbnail/pixels/pixels.h"

namespace thumbnailer {

inline constexpr int kThumbhashSide = 100; // the largest that the algorithm takes

// The bytes that the reference implementation (npm thumbhash, rgbaToThumbHash) gives for the same pixels, but for
// factors that are 0: they come out as 7 or 8 of 15 by the last bit of a cosine.
std::vector<std::uint8_t> thumbhash(const Pixels& pixels);

} // namespace thumbnailer
