#include "thumbnail/gif/palette.h"

#include <algorithm>

namespace thumbnailer {

namespace {

std::uint32_t sample(float place, float weight) {
    return static_cast<std::uint32_t>(std::clamp(place / weight + 0.5F, 0.0F, 255.0F));
}

std::uint32_t colour_at(const ColourPlace& place) {
    const ColourPlace unit = place_of_rgb(0x010101);
    return sample(place[0], unit[0]) | sample(place[1], unit[1]) << 8 | sample(place[2], unit[2]) << 16 | 0xff000000U;
}

} // namespace

// All colours, if there are few enough. Of more, one that most of the pixels near it have stays as it is: a white
// ground stays white.
Palette::Palette(const ColourHistogram& histogram, const PaletteLimits& limits) : known_(std::size_t{1} << kKnownBits) {
    const std::vector<CountedColour> counted = histogram.colours();
    ColourClusters clusters(counted);
    const auto most = static_cast<std::size_t>(limits.most);
    clusters.find(most, counted.size() <= most ? 0 : limits.enough, limits.rounds);
    for (const ColourPlace& centre : clusters.centres()) colours_.push_back(colour_at(centre));
    const std::vector<float> pixels = clusters.pixels_of_centres();
    for (std::size_t index = 0; index < counted.size(); ++index)
        if (counted[index].pixels * 2 > pixels[clusters.centre_of(index)])
            colours_[clusters.centre_of(index)] = counted[index].stored;
    if (colours_.empty()) colours_.push_back(0xff000000U);
    for (const std::uint32_t colour : colours_) {
        const ColourPlace place = place_of_rgb(colour);
        for (std::size_t axis = 0; axis < places_.size(); ++axis) places_[axis].push_back(place[axis]);
    }
}

Palette::Nearest Palette::search(std::uint32_t colour) const {
    const ColourPlace place = place_of_rgb(colour);
    std::array<float, 256> errors{};
    const std::size_t count = colours_.size();
    for (std::size_t index = 0; index < count; ++index) {
        const float red = places_[0][index] - place[0];
        const float green = places_[1][index] - place[1];
        const float blue = places_[2][index] - place[2];
        errors[index] = red * red + green * green + blue * blue;
    }
    const auto least = std::min_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(count));
    return {static_cast<std::uint8_t>(least - errors.begin()), *least};
}

} // namespace thumbnailer
