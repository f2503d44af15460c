#include "thumbnail/encode/few_colours.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <unordered_map>
#include <vector>

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr int kMostBands = 4;
constexpr int kRounds = 8; // further ones change less than a level

using Vector = std::array<float, kMostBands>;

// One colour of the image. The position is multiplied by alpha, so that colours nobody sees are alike.
struct Colour {
    std::uint32_t stored = 0;
    Vector position{};
    float pixels = 0;
    std::size_t nearest = 0;
    float distance = std::numeric_limits<float>::max();
};

std::uint32_t stored_at(const std::uint8_t* pixel, int bands) {
    std::uint32_t stored = 0;
    for (int band = 0; band < bands; ++band) stored |= std::uint32_t{pixel[band]} << (8 * band);
    return stored;
}

std::uint8_t band_of(std::uint32_t stored, int band) { return static_cast<std::uint8_t>(stored >> (8 * band)); }

Vector position_of(std::uint32_t stored, int bands) {
    Vector position{};
    for (int band = 0; band < bands; ++band) position[static_cast<std::size_t>(band)] = band_of(stored, band);
    if (bands == kMostBands)
        for (std::size_t band = 0; band < 3; ++band) position[band] *= position[3] / 255;
    return position;
}

float distance(const Vector& one, const Vector& other) {
    float sum = 0;
    for (std::size_t band = 0; band < one.size(); ++band) sum += (one[band] - other[band]) * (one[band] - other[band]);
    return sum;
}

std::vector<Colour> histogram(std::span<const std::uint8_t> pixels, int bands) {
    std::unordered_map<std::uint32_t, std::size_t> places;
    std::vector<Colour> colours;
    for (std::size_t at = 0; at < pixels.size(); at += static_cast<std::size_t>(bands)) {
        const std::uint32_t stored = stored_at(&pixels[at], bands);
        const auto [found, added] = places.try_emplace(stored, colours.size());
        if (added) colours.push_back({.stored = stored, .position = position_of(stored, bands)});
        colours[found->second].pixels += 1;
    }
    return colours;
}

void assign(std::vector<Colour>& colours, const Vector& centre, std::size_t index) {
    for (Colour& colour : colours) {
        const float apart = distance(colour.position, centre);
        if (apart >= colour.distance) continue;
        colour.distance = apart;
        colour.nearest = index;
    }
}

// The most frequent colour, then always the one whose pixels are the worst shown by those before it.
std::vector<Vector> first_centres(std::vector<Colour>& colours, std::size_t most) {
    std::vector<Vector> centres;
    const auto error = [&](const Colour& colour) {
        return centres.empty() ? colour.pixels : colour.distance * colour.pixels;
    };
    while (centres.size() < most) {
        const auto worst = std::ranges::max_element(colours, {}, error);
        if (error(*worst) <= 0) break; // fewer colours than asked for
        centres.push_back(worst->position);
        assign(colours, centres.back(), centres.size() - 1);
    }
    return centres;
}

void assign_all(std::vector<Colour>& colours, const std::vector<Vector>& centres) {
    for (Colour& colour : colours) colour.distance = std::numeric_limits<float>::max();
    for (std::size_t index = 0; index < centres.size(); ++index) assign(colours, centres[index], index);
}

void move_to_means(std::vector<Vector>& centres, const std::vector<Colour>& colours) {
    std::vector<std::array<double, kMostBands + 1>> sums(centres.size());
    for (const Colour& colour : colours) {
        auto& sum = sums[colour.nearest];
        for (std::size_t band = 0; band < kMostBands; ++band)
            sum[band] += double{colour.position[band]} * colour.pixels;
        sum.back() += colour.pixels;
    }
    for (std::size_t index = 0; index < centres.size(); ++index)
        for (std::size_t band = 0; band < kMostBands && sums[index].back() > 0; ++band)
            centres[index][band] = static_cast<float>(sums[index][band] / sums[index].back());
}

std::uint32_t stored_for(Vector centre, int bands) {
    if (bands == kMostBands)
        for (std::size_t band = 0; band < 3; ++band) centre[band] *= centre[3] > 0 ? 255 / centre[3] : 0;
    std::uint32_t stored = 0;
    for (int band = 0; band < bands; ++band) {
        const float level = std::clamp(centre[static_cast<std::size_t>(band)] + 0.5F, 0.0F, 255.0F);
        stored |= static_cast<std::uint32_t>(level) << (8 * band);
    }
    return stored;
}

// The mean, or the one colour that most of the pixels have: a white ground stays white.
std::vector<std::uint32_t> palette_of(const std::vector<Vector>& centres, const std::vector<Colour>& colours,
                                      int bands) {
    std::vector<float> pixels(centres.size());
    for (const Colour& colour : colours) pixels[colour.nearest] += colour.pixels;
    std::vector<std::uint32_t> palette;
    palette.reserve(centres.size());
    for (const Vector& centre : centres) palette.push_back(stored_for(centre, bands));
    for (const Colour& colour : colours)
        if (colour.pixels * 2 > pixels[colour.nearest]) palette[colour.nearest] = colour.stored;
    return palette;
}

void replace(std::span<std::uint8_t> pixels, const std::vector<Colour>& colours,
             const std::vector<std::uint32_t>& palette, int bands) {
    std::unordered_map<std::uint32_t, std::uint32_t> shown;
    for (const Colour& colour : colours) shown[colour.stored] = palette[colour.nearest];
    for (std::size_t at = 0; at < pixels.size(); at += static_cast<std::size_t>(bands)) {
        const std::uint32_t stored = shown[stored_at(&pixels[at], bands)];
        for (int band = 0; band < bands; ++band) pixels[at + static_cast<std::size_t>(band)] = band_of(stored, band);
    }
}

} // namespace

bool can_have_few_colours(const VImage& image) {
    return image.format() == VIPS_FORMAT_UCHAR && image.bands() == (image.has_alpha() ? kMostBands : 3);
}

VImage in_few_colours(const VImage& image, int most) {
    const int bands = image.bands();
    VImage reduced = VImage::new_memory();
    image.write(reduced); // with its metadata
    const std::size_t count = static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.height());
    std::uint8_t* samples = VIPS_IMAGE_ADDR(reduced.get_image(), 0, 0);
    const std::span pixels(samples, count * static_cast<std::size_t>(bands));
    std::vector<Colour> colours = histogram(pixels, bands);
    std::vector<Vector> centres = first_centres(colours, static_cast<std::size_t>(most));
    for (int round = 0; round < kRounds; ++round) {
        move_to_means(centres, colours);
        assign_all(colours, centres);
    }
    replace(pixels, colours, palette_of(centres, colours, bands), bands);
    return reduced;
}

} // namespace thumbnailer
