// The format of a source.
#pragma once

#include <optional>

#include "job/format.h"

namespace thumbnailer {

// By its magic bytes, or as a drawing by its root element.
std::optional<Format> sniff(Bytes source);

} // namespace thumbnailer
