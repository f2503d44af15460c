// The chunks of a WebP file (RFC 9649): RIFF, whose sizes are little endian and whose chunks have an even length.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace thumbnailer {

// The contents of the first chunk with this name; nullopt when there is none, or the file ends before it does.
std::optional<Bytes> riff_chunk(Bytes file, std::string_view name);

} // namespace thumbnailer
