#include "thumbnail/gif/colour_histogram.h"

#include <cmath>

namespace thumbnailer {

namespace {

constexpr std::size_t kExactSlots = 1U << 14;
constexpr std::size_t kMostExact = 4096;
constexpr int kGroupBits = 5; // of a sample
constexpr int kDropped = 8 - kGroupBits;

std::uint32_t red_of(std::uint32_t colour) { return colour & 255; }
std::uint32_t green_of(std::uint32_t colour) { return colour >> 8 & 255; }
std::uint32_t blue_of(std::uint32_t colour) { return colour >> 16 & 255; }

std::uint32_t rounded(std::uint64_t sum, std::uint32_t count) {
    return static_cast<std::uint32_t>((sum + count / 2) / count);
}

} // namespace

ColourPlace place_of_rgb(std::uint32_t colour) {
    constexpr float kRed = 0.8165F, kGreen = 1.1547F; // the roots of 2/3 and 4/3
    return {static_cast<float>(red_of(colour)) * kRed, static_cast<float>(green_of(colour)) * kGreen,
            static_cast<float>(blue_of(colour)), 0};
}

// Neighbours are often alike.
void ColourHistogram::add(std::span<const std::uint32_t> pixels) {
    for (std::size_t at = 0; at < pixels.size();) {
        const std::uint32_t colour = pixels[at];
        std::size_t end = at + 1;
        while (end < pixels.size() && pixels[end] == colour) ++end;
        if (colour != 0) count(colour, static_cast<std::uint32_t>(end - at));
        at = end;
    }
}

void ColourHistogram::count(std::uint32_t colour, std::uint32_t pixels) {
    if (groups_.empty()) return count_exactly(colour, pixels);
    count_in_group(colour, pixels);
}

void ColourHistogram::count_exactly(std::uint32_t colour, std::uint32_t pixels) {
    if (exact_.empty()) exact_.resize(kExactSlots);
    std::size_t slot = (colour * 0x9e3779b1U) >> (32 - 14);
    while (exact_[slot].colour != 0 && exact_[slot].colour != colour) slot = (slot + 1) % kExactSlots;
    exact_used_ += exact_[slot].colour == 0 ? 1 : 0;
    exact_[slot].colour = colour;
    exact_[slot].pixels += pixels;
    if (exact_used_ > kMostExact) make_groups();
}

void ColourHistogram::count_in_group(std::uint32_t colour, std::uint32_t pixels) {
    const std::uint32_t place = red_of(colour) >> kDropped << (2 * kGroupBits) |
                                green_of(colour) >> kDropped << kGroupBits | blue_of(colour) >> kDropped;
    Group& group = groups_[place];
    group.red += std::uint64_t{red_of(colour)} * pixels;
    group.green += std::uint64_t{green_of(colour)} * pixels;
    group.blue += std::uint64_t{blue_of(colour)} * pixels;
    group.pixels += pixels;
    if (group.first == 0) group.first = colour;
    if (group.first == colour) group.pixels_of_first += pixels;
}

void ColourHistogram::make_groups() {
    groups_.resize(std::size_t{1} << (3 * kGroupBits));
    for (const Exact& exact : exact_)
        if (exact.colour != 0) count_in_group(exact.colour, exact.pixels);
    exact_.clear();
    exact_used_ = 0;
}

std::vector<CountedColour> ColourHistogram::colours() const {
    std::vector<CountedColour> colours;
    const auto add = [&](std::uint32_t colour, std::uint32_t pixels) {
        colours.push_back({colour, place_of_rgb(colour), static_cast<float>(pixels)});
    };
    for (const Exact& exact : exact_)
        if (exact.colour != 0) add(exact.colour, exact.pixels);
    for (const Group& group : groups_) {
        if (group.pixels == 0) continue;
        const std::uint32_t mean = rounded(group.red, group.pixels) | rounded(group.green, group.pixels) << 8 |
                                   rounded(group.blue, group.pixels) << 16 | 0xff000000U;
        add(group.pixels_of_first * 2 >= group.pixels ? group.first : mean, group.pixels);
    }
    return colours;
}

} // namespace thumbnailer
