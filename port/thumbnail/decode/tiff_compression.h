// The compressions of TIFF: any build of libtiff reads some of them, and what it was built with decides about the
// others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace thumbnailer {

// Such as "ZSTD", or "compression 65000" for a number that nobody here knows.
std::string compression_name(std::uint64_t number);

// Whether any build reads it.
bool is_always_read(std::uint64_t compression);

// Whether libtiff or libvips says with this that it was built without the compression.
bool says_not_built(std::string_view message);

} // namespace thumbnailer
