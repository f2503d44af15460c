#include "thumbnail/geometry/orientation.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

Output turned_by(Rotate rotate, Flip flip = Flip::none) {
    Output output = box(160, 160);
    output.rotate = rotate;
    output.flip = flip;
    return output;
}

std::string corners(const vips::VImage& image) {
    std::string names;
    for (const auto& [across, down] : {std::pair(0.25, 0.25), {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}}) {
        const Pixel seen = pixel(image, across, down);
        names += near(seen, kRed, 40) ? 'r' : near(seen, kGreen, 40) ? 'g' : near(seen, kBlue, 40) ? 'b' : 'y';
    }
    return names;
}

} // namespace

TEST_CASE("orientation: a rotation is clockwise and takes the place of the camera's") {
    const std::string plain = file_of(quadrants(160, 120), ".png");
    CHECK(corners(make(plain, {turned_by(Rotate::right)}).image()) == "bryg");
    CHECK(corners(make(plain, {turned_by(Rotate::half)}).image()) == "ybgr");
    CHECK(corners(make(plain, {turned_by(Rotate::left)}).image()) == "gyrb");
    CHECK(make(plain, {turned_by(Rotate::right)}).image().width() == 120);
    const std::string camera = file_of(stored_for(quadrants(160, 120), 6), ".jpg[Q=95]");
    CHECK(corners(make(camera, {turned_by(Rotate::automatic)}).image()) == "rgby");
    CHECK(corners(make(camera, {turned_by(Rotate::none)}).image()) == "gyrb");
}

TEST_CASE("orientation: a flip mirrors what is seen, whatever the orientation of the file") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const std::string file = file_of(stored_for(quadrants(160, 120), orientation), ".jpg[Q=95]");
        CHECK(corners(make(file, {turned_by(Rotate::automatic, Flip::horizontal)}).image()) == "gryb");
        CHECK(corners(make(file, {turned_by(Rotate::automatic, Flip::vertical)}).image()) == "byrg");
        CHECK(corners(make(file, {turned_by(Rotate::automatic, Flip::both)}).image()) == "ybgr");
    }
}

TEST_CASE("orientation: a rectangle of what is seen is found where it is stored") {
    // A pixel of its own colour, somewhere off the middle.
    constexpr Size kSeen{40, 30};
    constexpr Rect kSpot{7, 3, 5, 4};
    const vips::VImage seen =
        filled(40, 30, kRed).insert(filled(kSpot.width, kSpot.height, kBlue), kSpot.left, kSpot.top);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const Rect rect = stored_rect(kSpot, kSeen, orientation);
        const vips::VImage part =
            stored_for(seen, orientation).extract_area(rect.left, rect.top, rect.width, rect.height);
        CHECK(part.extract_band(2).min() == 255);
        CHECK(rect.width * rect.height == kSpot.width * kSpot.height);
    }
}
