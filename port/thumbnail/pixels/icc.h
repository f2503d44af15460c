// Reads the colours of an ICC profile (ICC.1:2022).
#pragma once

#include "base/bytes.h"

namespace thumbnailer {

// Whether the profile is equal to sRGB in 8 bits. Most profiles in photos are, and these photos need no conversion.
bool is_srgb(Bytes profile);

} // namespace thumbnailer
