// The size of a drawing, from its root element.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "svg/tag.h"

namespace thumbnailer {

// The start tag of the root with the size that browsers use, if it must be changed: librsvg reads a percentage without
// a viewBox and a negative length as one pixel, does not scale a root without any size, and cannot draw very large or
// small drawings. Nothing if the root can stay as it is.
std::optional<std::string> root_with_size(const Tag& root, std::int64_t max_side, std::int64_t max_pixels);

} // namespace thumbnailer
