// Base64 (RFC 4648, section 4), as data: addresses have it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

std::string to_base64(Bytes bytes);

// White space and character references for it are skipped, padding may be missing. Nothing if there is any other
// character.
std::optional<std::vector<std::byte>> from_base64(std::string_view text);

} // namespace thumbnailer
