// Pictures for tests, made and looked at with libvips: four quadrants of known colours, in every format.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <vips/vips8>

#include "thumbnail/encode/encode.h"

namespace thumbnailer::test {

using Pixel = std::array<double, 4>; // red, green, blue, alpha

inline constexpr Pixel kRed{255, 0, 0, 255};
inline constexpr Pixel kGreen{0, 255, 0, 255};
inline constexpr Pixel kBlue{0, 0, 255, 255};
inline constexpr Pixel kYellow{255, 255, 0, 255};

inline vips::VImage filled(int width, int height, const Pixel& colour, int bands = 3) {
    return vips::VImage::black(width, height)
        .new_from_image(std::vector<double>(colour.begin(), colour.begin() + bands))
        .cast(VIPS_FORMAT_UCHAR)
        .copy(vips::VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

// Red top left, green top right, blue bottom left, yellow bottom right.
inline vips::VImage quadrants(int width, int height) {
    const auto part = [&](const Pixel& colour) { return filled(width / 2, height / 2, colour); };
    return vips::VImage::arrayjoin({part(kRed), part(kGreen), part(kBlue), part(kYellow)},
                                   vips::VImage::option()->set("across", 2));
}

inline std::string file_of(const vips::VImage& image, const std::string& suffix) {
    void* data = nullptr;
    std::size_t size = 0;
    image.write_to_buffer(suffix.c_str(), &data, &size);
    std::string bytes(static_cast<const char*>(data), size);
    g_free(data);
    return bytes;
}

inline vips::VImage decoded(const std::string& file) {
    return vips::VImage::new_from_buffer(file.data(), file.size(), "").copy_memory();
}

inline Pixel pixel(const vips::VImage& image, double across, double down) {
    const auto bands =
        image.getpoint(static_cast<int>(across * image.width()), static_cast<int>(down * image.height()));
    if (bands.size() < 3) return {bands[0], bands[0], bands[0], bands.size() == 2 ? bands[1] : 255};
    return {bands[0], bands[1], bands[2], bands.size() == 4 ? bands[3] : 255};
}

inline bool near(const Pixel& seen, const Pixel& wanted, double tolerance) {
    for (std::size_t band = 0; band < seen.size(); ++band)
        if (std::abs(seen[band] - wanted[band]) > tolerance) return false;
    return true;
}

inline std::string described(const Pixel& pixel) {
    std::string text;
    for (const double band : pixel) text += std::to_string(static_cast<int>(band)) + " ";
    return text;
}

inline void check_pixel(const vips::VImage& image, double across, double down, const Pixel& wanted,
                        double tolerance = 12) {
    const Pixel seen = pixel(image, across, down);
    CHECK_MESSAGE(near(seen, wanted, tolerance),
                  described(seen) << "instead of " << described(wanted) << "at " << across << ", " << down);
}

inline void check_quadrants(const vips::VImage& image, double tolerance = 12) {
    check_pixel(image, 0.25, 0.25, kRed, tolerance);
    check_pixel(image, 0.75, 0.25, kGreen, tolerance);
    check_pixel(image, 0.25, 0.75, kBlue, tolerance);
    check_pixel(image, 0.75, 0.75, kYellow, tolerance);
}

} // namespace thumbnailer::test
