#include "thumbnail/steps/crop.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// A wide picture of five colours beside each other.
vips::VImage stripes() {
    return vips::VImage::arrayjoin({filled(40, 40, kRed), filled(40, 40, kGreen), filled(40, 40, kBlue),
                                    filled(40, 40, kYellow), filled(40, 40, {255, 0, 255, 255})});
}

Output square() { return box(20, 20, Fit::cover); }

} // namespace

TEST_CASE("crop: gravity says which part stays") {
    const std::string wide = file_of(stripes(), ".png");
    const std::string tall = file_of(stripes().rot90(), ".png");
    check_pixel(make(wide, {with(&Output::gravity, Gravity::west, square())}).image(), 0.5, 0.5, kRed);
    check_pixel(make(wide, {with(&Output::gravity, Gravity::north_east, square())}).image(), 0.5, 0.5,
                {255, 0, 255, 255});
    check_pixel(make(wide, {square()}).image(), 0.5, 0.5, kBlue);
    check_pixel(make(tall, {with(&Output::gravity, Gravity::north, square())}).image(), 0.5, 0.5, kRed);
    check_pixel(make(tall, {with(&Output::gravity, Gravity::south_west, square())}).image(), 0.5, 0.5,
                {255, 0, 255, 255});
}

TEST_CASE("crop: gravity says where a contained image stands") {
    Output output = box(80, 40, Fit::contain);
    output.gravity = Gravity::east;
    const vips::VImage image = make(file_of(filled(40, 40, kRed), ".png"), {output}).image();
    check_pixel(image, 0.25, 0.5, {255, 255, 255, 255});
    check_pixel(image, 0.75, 0.5, kRed);
}

TEST_CASE("crop: the focus stays in the picture, as near to the middle as it can, in every orientation") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const std::string file = file_of(stored_for(stripes(), orientation), ".jpg[Q=100,subsample_mode=off]");
        const auto focused = [&](double x) {
            return make(file, {with(&Output::focus, Focus{true, x, 0.5}, square())}).image();
        };
        check_pixel(focused(0.3), 0.5, 0.5, kGreen);
        check_pixel(focused(0.7), 0.5, 0.5, kYellow);
        check_pixel(focused(0), 0.5, 0.5, kRed);
        check_pixel(focused(1), 0.5, 0.5, {255, 0, 255, 255});
    }
}

TEST_CASE("crop: attention and entropy find what is not flat") {
    const vips::VImage busy = vips::VImage::gaussnoise(40, 40).cast(VIPS_FORMAT_UCHAR);
    const vips::VImage noise = vips::VImage::bandjoin(std::vector<vips::VImage>{busy, busy.fliphor(), busy.flipver()})
                                   .copy(vips::VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
    const std::string file = file_of(filled(400, 40, {128, 128, 128, 255}).insert(noise, 330, 0), ".png");
    for (const Crop crop : {Crop::attention, Crop::entropy}) {
        const vips::VImage image = make(file, {with(&Output::crop, crop, box(40, 40, Fit::cover))}).image();
        CHECK(image.width() == 40);
        CHECK(image.extract_area(10, 0, 20, 40).deviate() > 10);
    }
}
