// The contents of a gzip file (RFC 1952), never more than a limit.
#pragma once

#include "svg/inflate.h"

namespace thumbnailer {

bool is_gzip(Bytes source);

// The first member. Its checksum is compared when it is whole.
Inflated gunzip(Bytes source, std::size_t limit);

} // namespace thumbnailer
