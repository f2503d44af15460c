// Colours that a file describes by numbers instead of an ICC profile: the code points of ITU-T H.273, as nclx of AVIF
// and cICP of PNG have them, or the gamma and the primaries of PNG.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "thumbnail/pixels/transfer.h"

namespace thumbnailer {

// The places of red, green, blue and white in CIE 1931 xy.
struct Primaries {
    std::array<double, 2> red{0.640, 0.330}, green{0.300, 0.600}, blue{0.150, 0.060}, white{0.3127, 0.3290};
    bool operator==(const Primaries&) const = default;
};

struct ColourDescription {
    Primaries primaries;
    Transfer transfer;
    bool is_srgb() const { return *this == ColourDescription{}; }
    bool operator==(const ColourDescription&) const = default;
};

// By the code points of H.273, tables 2 and 3. Unknown ones are sRGB's, and so are the curves of BT.601, BT.709 and
// BT.2020, which are those of cameras and not of screens. Nothing when both are unspecified.
std::optional<ColourDescription> described_by(std::uint64_t primaries, std::uint64_t transfer);

} // namespace thumbnailer
