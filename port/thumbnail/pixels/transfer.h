// How light follows from a sample.
#pragma once

#include <cstdint>

namespace thumbnailer {

struct Transfer {
    enum class Curve : std::uint8_t { srgb, power, pq, hlg };
    Curve curve = Curve::srgb;
    double gamma = 1; // of a power
    bool operator==(const Transfer&) const = default;
};

// From 0 to 1, both. The two curves of HDR, PQ and HLG, are toned down to the light of paper white, 203 cd/m2 (ITU-R
// BT.2408), with the curve of ITU-R BT.2390, 5.4.1, each channel by itself, for a screen of 1,000 cd/m2.
double light_of(const Transfer& transfer, double sample);

} // namespace thumbnailer
