// How often the colours of an animation occur.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thumbnail/pixels/colour_clusters.h"

namespace thumbnailer {

// The place of an opaque colour, red in its lowest byte: differences of green count most (weights 2, 4, 3, by
// Riemersma, "Colour metric").
ColourPlace place_of_rgb(std::uint32_t colour);

class ColourHistogram {
public:
    // Opaque pixels; those that are 0 are transparent, and not counted.
    void add(std::span<const std::uint32_t> pixels);

    // Up to 4,096 colours as they are. Of more, those that differ only in the lower three bits of a sample are one:
    // their mean, or the first of them when it is half of their pixels.
    std::vector<CountedColour> colours() const;

private:
    struct Exact {
        std::uint32_t colour = 0; // 0: free
        std::uint32_t pixels = 0;
    };
    struct Group {
        std::uint64_t red = 0, green = 0, blue = 0;
        std::uint32_t pixels = 0;
        std::uint32_t first = 0;
        std::uint32_t pixels_of_first = 0;
    };
    void count(std::uint32_t colour, std::uint32_t pixels);
    void count_exactly(std::uint32_t colour, std::uint32_t pixels);
    void count_in_group(std::uint32_t colour, std::uint32_t pixels);
    void make_groups();

    std::vector<Exact> exact_;
    std::size_t exact_used_ = 0;
    std::vector<Group> groups_;
};

} // namespace thumbnailer
