#include "thumbnail/placeholder/thumbhash.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace thumbnailer {

namespace {

// JavaScript's Math.round, as in the reference.
std::uint32_t rounded(double value) { return static_cast<std::uint32_t>(std::floor(value + 0.5)); }

// The picture blended with its average colour, as luminance, yellow - blue, red - green and alpha.
struct Channels {
    std::vector<double> luminance, yellow_blue, red_green, alpha;
    bool transparent = false;
};

Channels channels_of(const Pixels& pixels) {
    const std::size_t count = pixels.rgba.size() / 4;
    std::array<double, 4> average{};
    for (std::size_t index = 0; index < count; ++index) {
        const std::uint8_t* pixel = &pixels.rgba[index * 4];
        const double alpha = pixel[3] / 255.0;
        for (std::size_t band = 0; band < 3; ++band) average[band] += alpha / 255.0 * pixel[band];
        average[3] += alpha;
    }
    if (average[3] != 0)
        for (std::size_t band = 0; band < 3; ++band) average[band] /= average[3];
    Channels channels;
    channels.transparent = average[3] < static_cast<double>(count);
    for (std::size_t index = 0; index < count; ++index) {
        const std::uint8_t* pixel = &pixels.rgba[index * 4];
        const double alpha = pixel[3] / 255.0;
        std::array<double, 3> colour{};
        for (std::size_t band = 0; band < 3; ++band)
            colour[band] = average[band] * (1 - alpha) + alpha / 255.0 * pixel[band];
        channels.luminance.push_back((colour[0] + colour[1] + colour[2]) / 3);
        channels.yellow_blue.push_back((colour[0] + colour[1]) / 2 - colour[2]);
        channels.red_green.push_back(colour[0] - colour[1]);
        channels.alpha.push_back(alpha);
    }
    return channels;
}

// The cosine transform of a channel: its mean, and the other coefficients relative to the largest.
struct Spectrum {
    double mean = 0;
    double scale = 0;
    std::vector<double> rest;
};

Spectrum spectrum_of(const std::vector<double>& channel, int width, int height, int across, int down) {
    Spectrum spectrum;
    std::vector<double> row(static_cast<std::size_t>(width));
    for (int cy = 0; cy < down; ++cy)
        for (int cx = 0; cx * down < across * (down - cy); ++cx) {
            for (int x = 0; x < width; ++x)
                row[static_cast<std::size_t>(x)] = std::cos(std::numbers::pi / width * cx * (x + 0.5));
            double factor = 0;
            for (int y = 0; y < height; ++y) {
                const double column = std::cos(std::numbers::pi / height * cy * (y + 0.5));
                const double* values = &channel[static_cast<std::size_t>(y) * static_cast<std::size_t>(width)];
                for (int x = 0; x < width; ++x) factor += values[x] * row[static_cast<std::size_t>(x)] * column;
            }
            factor /= width * height;
            if (cx == 0 && cy == 0) {
                spectrum.mean = factor;
            } else {
                spectrum.rest.push_back(factor);
                spectrum.scale = std::max(spectrum.scale, std::abs(factor));
            }
        }
    if (spectrum.scale != 0)
        for (double& factor : spectrum.rest) factor = 0.5 + 0.5 / spectrum.scale * factor;
    return spectrum;
}

} // namespace

std::vector<std::uint8_t> thumbhash(const Pixels& pixels) {
    const int width = pixels.width;
    const int height = pixels.height;
    const Channels channels = channels_of(pixels);
    const double limit = channels.transparent ? 5 : 7;
    const int longest = std::max(width, height);
    const int lx = std::max(1, static_cast<int>(rounded(limit * width / longest)));
    const int ly = std::max(1, static_cast<int>(rounded(limit * height / longest)));
    const Spectrum l = spectrum_of(channels.luminance, width, height, std::max(3, lx), std::max(3, ly));
    const Spectrum p = spectrum_of(channels.yellow_blue, width, height, 3, 3);
    const Spectrum q = spectrum_of(channels.red_green, width, height, 3, 3);
    const bool landscape = width > height;
    const std::uint32_t first = rounded(63 * l.mean) | rounded(31.5 + 31.5 * p.mean) << 6 |
                                rounded(31.5 + 31.5 * q.mean) << 12 | rounded(31 * l.scale) << 18 |
                                (channels.transparent ? 1U : 0U) << 23;
    const std::uint32_t second = static_cast<std::uint32_t>(landscape ? ly : lx) | rounded(63 * p.scale) << 3 |
                                 rounded(63 * q.scale) << 9 | (landscape ? 1U : 0U) << 15;
    std::vector<std::uint8_t> hash;
    for (const std::uint32_t byte : {first, first >> 8, first >> 16, second, second >> 8})
        hash.push_back(static_cast<std::uint8_t>(byte));
    std::vector<const Spectrum*> varying{&l, &p, &q};
    Spectrum a;
    if (channels.transparent) {
        a = spectrum_of(channels.alpha, width, height, 5, 5);
        hash.push_back(static_cast<std::uint8_t>(rounded(15 * a.mean) | rounded(15 * a.scale) << 4));
        varying.push_back(&a);
    }
    bool high = false;
    for (const Spectrum* spectrum : varying)
        for (const double factor : spectrum->rest) {
            if (!high) hash.push_back(0);
            hash.back() = static_cast<std::uint8_t>(hash.back() | rounded(15 * factor) << (high ? 4 : 0));
            high = !high;
        }
    return hash;
}

} // namespace thumbnailer
