// An image of libvips whose rows are made when they are needed, in any order. May throw vips::VError.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// Writes row `y`, all of its samples; false when the row is damaged.
using ReadRow = std::function<bool(std::int32_t y, std::span<std::uint8_t> row)>;

// Of 8 bits: grey, RGB, or with alpha, by the number of bands. Reading a damaged row fails with `damage`.
vips::VImage image_of_rows(Size size, int bands, ReadRow read, const char* damage);

} // namespace thumbnailer
