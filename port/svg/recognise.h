// Whether a file is a drawing in SVG: by its root element, not by a word near its beginning.
#pragma once

#include "base/bytes.h"

namespace thumbnailer {

// SVG as XML in UTF-8 or UTF-16, or such a file packed by gzip. At most the first megabyte is looked at.
bool is_svg(Bytes source);

} // namespace thumbnailer
