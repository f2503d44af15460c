// Leaves out the scans of a progressive JPEG that a small thumbnail does not need, before it is decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

// A JPEG that has the same header and the same small picture, for a thumbnail `reduction` times smaller than the
// source; nothing when the source is best decoded as it is.
std::optional<std::vector<std::byte>> drop_fine_scans(Bytes source, std::int32_t reduction);

} // namespace thumbnailer
