// The family name in a font file (OpenType, table `name`).
#pragma once

#include <string>

#include "base/bytes.h"

namespace thumbnailer {

// In UTF-8; empty if the file has none, or is not a font.
std::string font_family(Bytes file);

} // namespace thumbnailer
