// The pixels of a small image in memory, for code that reads them one by one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>
#include <vips/vips8>

#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

// Rows from the top, each pixel red, green, blue, alpha; colours are not multiplied by alpha.
struct Pixels {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgba;

    std::uint8_t at(int x, int y, int band) const {
        return rgba[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 4 +
                    static_cast<std::size_t>(band)];
    }
};

// May throw vips::VError.
Pixels pixels_of(const vips::VImage& image);

// An image in grey or sRGB from planes in the full range, all of one size. May throw vips::VError.
vips::VImage image_of(std::span<const Plane> planes);

// The pixels of `image`, with the profile, the metadata and the density of `source`, which is not decoded for it.
vips::VImage with_fields_of(const vips::VImage& source, vips::VImage image);

// An image of one band from samples, which are copied. May throw vips::VError.
vips::VImage image_from(const void* samples, int width, int height, VipsBandFormat format);

} // namespace thumbnailer
