// BlurHash: an image in about 30 characters (https://blurha.sh).
#pragma once

#include <string>

#include "thumbnail/pixels/pixels.h"

namespace thumbnailer {

// `across` times `down` components, 1 to 9 each. The same text as the reference implementation (npm blurhash, encode)
// for the same pixels; alpha is ignored.
std::string blurhash(const Pixels& pixels, int across, int down);

} // namespace thumbnailer
