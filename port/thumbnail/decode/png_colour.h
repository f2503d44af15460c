// The colours of a PNG without an ICC profile (PNG, third edition, 11.3.2): cICP, else sRGB, else gAMA and cHRM.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "thumbnail/pixels/colour_description.h"

namespace thumbnailer {

// Nothing when the file has a profile that counts, or says nothing: then it is sRGB.
std::optional<ColourDescription> png_colours(Bytes source);

} // namespace thumbnailer
