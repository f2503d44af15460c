#include "thumbnail/steps/overlay.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

const std::string& picture() {
    static const std::string file = file_of(filled(200, 200, kRed), ".png");
    return file;
}
const std::string& badge() {
    static const std::string file = file_of(filled(50, 50, kBlue), ".png");
    return file;
}

} // namespace

TEST_CASE("overlay: it stands where gravity says, as wide as its scale says, and nowhere else") {
    Output output = box(100, 100);
    const vips::VImage image = make(picture(), {output}, {}, badge()).image();
    CHECK(image.bands() == 3);
    check_pixel(image, 0.76, 0.76, kBlue);
    check_pixel(image, 0.99, 0.99, kBlue);
    check_pixel(image, 0.73, 0.99, kRed);
    output.overlay_gravity = Gravity::north;
    output.overlay_scale = 0.5;
    const vips::VImage above = make(picture(), {output}, {}, badge()).image();
    check_pixel(above, 0.5, 0.01, kBlue);
    check_pixel(above, 0.27, 0.49, kBlue);
    check_pixel(above, 0.5, 0.52, kRed);
}

TEST_CASE("overlay: opacity mixes it with the picture, and its own transparency stays") {
    Output output = with(&Output::overlay_opacity, 0.5, box(100, 100));
    check_pixel(make(picture(), {output}, {}, badge()).image(), 0.9, 0.9, {128, 0, 128, 255}, 6);
    output.overlay_opacity = 1;
    const std::string clear = file_of(filled(50, 50, {0, 0, 255, 0}, 4), ".png");
    check_pixel(make(picture(), {output}, {}, clear).image(), 0.9, 0.9, kRed);
}

TEST_CASE("overlay: on transparency it shows itself") {
    const std::string clear = file_of(filled(200, 200, {0, 0, 0, 0}, 4), ".png");
    const vips::VImage image = make(clear, {box(100, 100)}, {}, badge()).image();
    check_pixel(image, 0.9, 0.9, kBlue);
    CHECK(pixel(image, 0.1, 0.1)[3] == 0);
}

TEST_CASE("overlay: one that is no image costs its output, not the request") {
    const Made made = make(picture(), {box(100, 100)}, {}, "no image");
    CHECK(made.failure().reason == Reason::unsupported_format);
    CHECK(text_in(made.failure().option) == "overlay");
    CHECK(text_in(made.failure().message).starts_with("overlay: "));
}
