// What an ICC profile says of colours (ICC.1:2022).
#pragma once

#include "base/bytes.h"

namespace thumbnailer {

// Whether the colours that it describes are sRGB's, as far as 8 bits can tell. Most profiles in photos are of this
// kind, and such a photo needs no change of colours.
bool is_srgb(Bytes profile);

} // namespace thumbnailer
