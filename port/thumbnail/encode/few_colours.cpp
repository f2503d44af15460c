#include "thumbnail/encode/few_colours.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "thumbnail/pixels/colour_clusters.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr int kMostBands = 4;
constexpr int kRounds = 8; // further ones change less than a level

std::uint32_t stored_at(const std::uint8_t* pixel, int bands) {
    std::uint32_t stored = 0;
    for (int band = 0; band < bands; ++band) stored |= std::uint32_t{pixel[band]} << (8 * band);
    return stored;
}

std::uint8_t band_of(std::uint32_t stored, int band) { return static_cast<std::uint8_t>(stored >> (8 * band)); }

// Multiplied by alpha, so that colours nobody sees are alike.
ColourPlace place_of(std::uint32_t stored, int bands) {
    ColourPlace place{};
    for (int band = 0; band < bands; ++band) place[static_cast<std::size_t>(band)] = band_of(stored, band);
    if (bands == kMostBands)
        for (std::size_t band = 0; band < 3; ++band) place[band] *= place[3] / 255;
    return place;
}

std::vector<CountedColour> histogram(std::span<const std::uint8_t> pixels, int bands) {
    std::unordered_map<std::uint32_t, std::size_t> places;
    std::vector<CountedColour> colours;
    for (std::size_t at = 0; at < pixels.size(); at += static_cast<std::size_t>(bands)) {
        const std::uint32_t stored = stored_at(&pixels[at], bands);
        const auto [found, added] = places.try_emplace(stored, colours.size());
        if (added) colours.push_back({.stored = stored, .place = place_of(stored, bands)});
        colours[found->second].pixels += 1;
    }
    return colours;
}

std::uint32_t stored_for(ColourPlace centre, int bands) {
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
std::vector<std::uint32_t> palette_of(const ColourClusters& clusters, const std::vector<CountedColour>& colours,
                                      int bands) {
    const std::vector<float> pixels = clusters.pixels_of_centres();
    std::vector<std::uint32_t> palette;
    palette.reserve(pixels.size());
    for (const ColourPlace& centre : clusters.centres()) palette.push_back(stored_for(centre, bands));
    for (std::size_t index = 0; index < colours.size(); ++index)
        if (colours[index].pixels * 2 > pixels[clusters.centre_of(index)])
            palette[clusters.centre_of(index)] = colours[index].stored;
    return palette;
}

void replace(std::span<std::uint8_t> pixels, const std::unordered_map<std::uint32_t, std::uint32_t>& shown, int bands) {
    for (std::size_t at = 0; at < pixels.size(); at += static_cast<std::size_t>(bands)) {
        const std::uint32_t stored = shown.at(stored_at(&pixels[at], bands));
        for (int band = 0; band < bands; ++band) pixels[at + static_cast<std::size_t>(band)] = band_of(stored, band);
    }
}

} // namespace

bool can_have_few_colours(const VImage& image) {
    return image.format() == VIPS_FORMAT_UCHAR && image.bands() == (image.has_alpha() ? kMostBands : 3);
}

bool has_at_most_colours(const VImage& image, std::size_t most) {
    const VImage read = image.copy_memory();
    const auto bands = static_cast<std::size_t>(read.bands());
    const std::uint8_t* samples = VIPS_IMAGE_ADDR(read.get_image(), 0, 0);
    std::unordered_set<std::uint32_t> found;
    std::uint32_t last = 0;
    for (std::size_t at = 0; at < VIPS_IMAGE_N_PELS(read.get_image()) && found.size() <= most; ++at) {
        const std::uint32_t stored = stored_at(samples + at * bands, read.bands());
        if (at == 0 || stored != last) found.insert(stored);
        last = stored;
    }
    return found.size() <= most;
}

VImage in_few_colours(const VImage& image, int most) {
    const int bands = image.bands();
    VImage reduced = VImage::new_memory();
    image.write(reduced); // with its metadata
    const std::size_t count = static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.height());
    std::uint8_t* samples = VIPS_IMAGE_ADDR(reduced.get_image(), 0, 0);
    const std::span pixels(samples, count * static_cast<std::size_t>(bands));
    const std::vector<CountedColour> colours = histogram(pixels, bands);
    ColourClusters clusters(colours);
    clusters.find(static_cast<std::size_t>(most), 0, kRounds);
    const std::vector<std::uint32_t> palette = palette_of(clusters, colours, bands);
    std::unordered_map<std::uint32_t, std::uint32_t> shown;
    for (std::size_t index = 0; index < colours.size(); ++index)
        shown[colours[index].stored] = palette[clusters.centre_of(index)];
    replace(pixels, shown, bands);
    return reduced;
}

} // namespace thumbnailer
