// The colours of a GIF, and which of them a pixel is shown in.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "thumbnail/gif/colour_histogram.h"

namespace thumbnailer {

struct PaletteLimits {
    int most = 255;
    double enough = 0; // of more colours than `most`, fewer are taken whose mean squared error is no greater
    int rounds = 3;    // of moving them
};

class Palette {
public:
    Palette(const ColourHistogram& histogram, const PaletteLimits& limits);

    const std::vector<std::uint32_t>& colours() const { return colours_; }

    struct Nearest {
        std::uint8_t index = 0;
        float error = 0; // the squared distance, as in place_of_rgb
    };
    // The nearest colour to an opaque one.
    Nearest nearest(std::uint32_t colour) const {
        Known& known = known_[(colour * 0x9e3779b1U) >> (32 - kKnownBits)];
        if (known.colour != colour) known = {colour, search(colour)};
        return known.nearest;
    }

private:
    static constexpr int kKnownBits = 14;
    struct Known {
        std::uint32_t colour = 0; // no opaque one
        Nearest nearest;
    };
    Nearest search(std::uint32_t colour) const;

    std::vector<std::uint32_t> colours_;
    std::array<std::vector<float>, 3> places_;
    mutable std::vector<Known> known_; // what was asked before
};

} // namespace thumbnailer
