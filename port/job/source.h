// The source of an image: bytes in the frame, a file that the server opens, or chunks in later frames.
#pragma once

#include <string>
#include <variant>

#include "base/result.h"
#include "base/term.h"

namespace thumbnailer {

// Bytes borrow from the frame.
struct Stream {};
using Source = std::variant<Bytes, std::string, Stream>;

// Parses {bytes, Binary}, {path, Binary} or stream. Fails with bad_request.
Result<Source> read_source(const Term& term);

} // namespace thumbnailer
