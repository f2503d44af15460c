// The family that a font file says it is of (OpenType, table `name`).
#pragma once

#include <string>

#include "base/bytes.h"

namespace thumbnailer {

// In UTF-8; empty when the file does not say, or is of another kind.
std::string font_family(Bytes file);

} // namespace thumbnailer
