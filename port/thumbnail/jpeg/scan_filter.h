// Removes the scans that a small thumbnail does not need from a progressive JPEG before it is decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

// A JPEG with the same header and the same small picture, for a thumbnail `reduction` times smaller than the source;
// nullopt if the source should be decoded unchanged.
std::optional<std::vector<std::byte>> drop_fine_scans(Bytes source, std::int32_t reduction);

} // namespace thumbnailer
