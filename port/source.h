// Where an image is: bytes in the frame, or a file that the front opens.
#pragma once

#include <string>
#include <variant>

#include "result.h"
#include "term.h"

namespace thumbnailer {

// Bytes borrow from the frame.
using Source = std::variant<Bytes, std::string>;

// Reads {bytes, Binary} or {path, Binary}. Fails with bad_request.
Result<Source> read_source(const Term& term);

} // namespace thumbnailer
