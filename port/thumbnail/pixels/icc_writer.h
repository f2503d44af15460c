// An ICC profile (ICC.1:2022) for colours that are described by numbers, so that whatever works with profiles works
// with them as well.
#pragma once

#include <cstddef>
#include <vector>

#include "thumbnail/pixels/colour_description.h"

namespace thumbnailer {

// Of RGB, or of grey with the same curve. Always the same bytes for the same colours.
std::vector<std::byte> icc_profile_of(const ColourDescription& colours, bool grey);

} // namespace thumbnailer
