// JPEGs that end before they say so.
#pragma once

#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

// Whether the marker of the end (EOI) is there, behind the last scan. A file that ends with one is believed.
bool has_end_marker(Bytes jpeg);

// The same with such a marker.
std::vector<std::byte> with_end_marker(Bytes jpeg);

} // namespace thumbnailer
