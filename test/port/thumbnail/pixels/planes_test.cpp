#include "thumbnail/pixels/planes.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

using namespace thumbnailer;

namespace {

Plane plane(std::int32_t width, std::initializer_list<std::uint8_t> samples) {
    Plane made({width, static_cast<std::int32_t>(samples.size()) / width});
    std::int32_t index = 0;
    for (const std::uint8_t sample : samples) {
        made.row(index / width)[index % width] = sample;
        ++index;
    }
    return made;
}

std::vector<int> samples_of(const Plane& plane) {
    std::vector<int> samples;
    for (std::int32_t y = 0; y < plane.size().height; ++y)
        for (std::int32_t x = 0; x < plane.size().width; ++x) samples.push_back(plane.row(y)[x]);
    return samples;
}

} // namespace

TEST_CASE("planes: rows begin where vector instructions want them") {
    for (const std::int32_t width : {1, 63, 64, 65}) {
        Plane made({width, 3});
        CHECK(reinterpret_cast<std::uintptr_t>(made.row(1)) % 64 == 0);
        CHECK(made.stride() >= static_cast<std::size_t>(width));
    }
}

TEST_CASE("planes: a plane is seen upright from each of the eight orientations") {
    // 1 2 3
    // 4 5 6
    const std::vector<std::vector<int>> seen{{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
                                             {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3},
                                             {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const Plane swap_if_sideways = apply_orientation(plane(3, {1, 2, 3, 4, 5, 6}), orientation);
        CHECK(swap_if_sideways.size() == (orientation < 5 ? Size{3, 2} : Size{2, 3}));
        CHECK(samples_of(swap_if_sideways) == seen[static_cast<std::size_t>(orientation - 1)]);
    }
}
