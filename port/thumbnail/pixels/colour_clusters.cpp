#include "thumbnail/pixels/colour_clusters.h"

#include <algorithm>
#include <limits>

namespace thumbnailer {

namespace {

constexpr float kFar = std::numeric_limits<float>::max();

} // namespace

ColourClusters::ColourClusters(const std::vector<CountedColour>& colours)
    : distances_(colours.size(), kFar), nearest_(colours.size()) {
    for (std::vector<float>& places : places_) places.reserve(colours.size());
    pixels_.reserve(colours.size());
    for (const CountedColour& colour : colours) {
        for (std::size_t axis = 0; axis < places_.size(); ++axis) places_[axis].push_back(colour.place[axis]);
        pixels_.push_back(colour.pixels);
        all_pixels_ += double{colour.pixels};
    }
}

void ColourClusters::find(std::size_t most, double enough, int rounds) {
    begin(most, enough);
    for (int round = 0; round < rounds; ++round) {
        move_to_means();
        assign_all();
    }
}

std::vector<float> ColourClusters::pixels_of_centres() const {
    std::vector<float> pixels(centres_.size());
    for (std::size_t index = 0; index < nearest_.size(); ++index) pixels[centre_of(index)] += pixels_[index];
    return pixels;
}

double ColourClusters::error() const {
    double sum = 0;
    for (std::size_t index = 0; index < pixels_.size(); ++index) sum += double{distances_[index]} * pixels_[index];
    return all_pixels_ > 0 ? sum / all_pixels_ : 0;
}

void ColourClusters::add_centre(const ColourPlace& centre) {
    centres_.push_back(centre);
    assign(centres_.size() - 1);
}

// The most frequent colour, then always the one whose pixels are shown the worst.
void ColourClusters::begin(std::size_t most, double enough) {
    if (pixels_.empty()) return;
    const auto place_of = [&](std::size_t index) {
        return ColourPlace{places_[0][index], places_[1][index], places_[2][index], places_[3][index]};
    };
    add_centre(place_of(static_cast<std::size_t>(std::ranges::max_element(pixels_) - pixels_.begin())));
    while (centres_.size() < most) {
        std::size_t worst = 0;
        float worst_error = 0;
        double sum = 0;
        for (std::size_t index = 0; index < pixels_.size(); ++index) {
            const float error = distances_[index] * pixels_[index];
            sum += double{error};
            if (error <= worst_error) continue;
            worst_error = error;
            worst = index;
        }
        if (worst_error <= 0 || sum <= enough * all_pixels_) return;
        add_centre(place_of(worst));
    }
}

// Four arrays and no branch, so that the compiler makes vectors of it.
void ColourClusters::assign(std::size_t centre) {
    const ColourPlace at = centres_[centre];
    const auto index = static_cast<std::int32_t>(centre);
    const float *red = places_[0].data(), *green = places_[1].data(), *blue = places_[2].data();
    const float* alpha = places_[3].data();
    float* distances = distances_.data();
    std::int32_t* nearest = nearest_.data();
    for (std::size_t colour = 0; colour < nearest_.size(); ++colour) {
        const float a = red[colour] - at[0], b = green[colour] - at[1], c = blue[colour] - at[2];
        const float d = alpha[colour] - at[3];
        const float apart = a * a + b * b + c * c + d * d;
        const bool nearer = apart < distances[colour];
        distances[colour] = nearer ? apart : distances[colour];
        nearest[colour] = nearer ? index : nearest[colour];
    }
}

void ColourClusters::assign_all() {
    std::ranges::fill(distances_, kFar);
    for (std::size_t centre = 0; centre < centres_.size(); ++centre) assign(centre);
}

void ColourClusters::move_to_means() {
    std::vector<std::array<double, 5>> sums(centres_.size());
    for (std::size_t index = 0; index < pixels_.size(); ++index) {
        auto& sum = sums[centre_of(index)];
        for (std::size_t axis = 0; axis < places_.size(); ++axis)
            sum[axis] += double{places_[axis][index]} * pixels_[index];
        sum.back() += double{pixels_[index]};
    }
    for (std::size_t centre = 0; centre < centres_.size(); ++centre)
        for (std::size_t axis = 0; axis < places_.size() && sums[centre].back() > 0; ++axis)
            centres_[centre][axis] = static_cast<float>(sums[centre][axis] / sums[centre].back());
}

} // namespace thumbnailer
