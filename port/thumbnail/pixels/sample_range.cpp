#include "thumbnail/pixels/sample_range.h"

#include <algorithm>
#include <array>

namespace thumbnailer {

namespace {

using Levels = std::array<std::uint8_t, 256>;

// The range of a byte, or of the part of it that is used: `zero` is black, or no colour.
struct Scale {
    int steps;
    int zero;
};
constexpr Scale kFullLuma{255, 0};
constexpr Scale kVideoLuma{219, 16};
constexpr Scale kFullChroma{255, 128};
constexpr Scale kVideoChroma{224, 128};

// Scales the distance from the zero point, and moves the zero point. In integers, rounded.
constexpr Levels levels(Scale from, Scale to) {
    Levels made{};
    for (int value = 0; value < 256; ++value) {
        const int doubled = 2 * to.steps * (value - from.zero) + 2 * from.steps * to.zero + from.steps;
        made[static_cast<std::size_t>(value)] =
            static_cast<std::uint8_t>(std::clamp(doubled < 0 ? 0 : doubled / (2 * from.steps), 0, 255));
    }
    return made;
}
constexpr Levels kLumaToVideo = levels(kFullLuma, kVideoLuma);
constexpr Levels kChromaToVideo = levels(kFullChroma, kVideoChroma);
constexpr Levels kLumaToFull = levels(kVideoLuma, kFullLuma);
constexpr Levels kChromaToFull = levels(kVideoChroma, kFullChroma);

void apply(const Levels& levels, Plane& plane) {
    for (std::int32_t y = 0; y < plane.size().height; ++y) {
        std::uint8_t* row = plane.row(y);
        std::transform(row, row + plane.size().width, row, [&](std::uint8_t sample) { return levels[sample]; });
    }
}

} // namespace

void convert_range(std::span<Plane> planes, SampleRange from, SampleRange to) {
    if (from == to) return;
    const bool to_video = to == SampleRange::video;
    for (std::size_t index = 0; index < planes.size(); ++index) {
        if (index == 0)
            apply(to_video ? kLumaToVideo : kLumaToFull, planes[index]);
        else
            apply(to_video ? kChromaToVideo : kChromaToFull, planes[index]);
    }
}

} // namespace thumbnailer
