#include "thumbnail/steps/effects.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

template <typename Value>
Pixel colour_after(const Pixel& colour, Value Output::*member, Value value) {
    const std::string file = file_of(filled(64, 64, colour), ".png");
    return pixel(make(file, {with(member, value, box(32, 32))}).image(), 0.5, 0.5);
}

// Half black, half white.
const std::string& edge() {
    static const std::string file =
        file_of(filled(40, 80, {40, 40, 40, 255}).join(filled(40, 80, {200, 200, 200, 255}), VIPS_DIRECTION_HORIZONTAL),
                ".png");
    return file;
}

} // namespace

TEST_CASE("effects: greyscale leaves the lightness and no colour") {
    const Pixel grey = colour_after(kRed, &Output::greyscale, true);
    CHECK(grey[0] == grey[1]);
    CHECK(grey[1] == grey[2]);
    CHECK(grey[0] == doctest::Approx(128).epsilon(0.2));
}

TEST_CASE("effects: brightness is a factor of the lightness") {
    CHECK(near(colour_after({100, 100, 100, 255}, &Output::brightness, 0.0), {0, 0, 0, 255}, 2));
    const double brighter = colour_after({100, 100, 100, 255}, &Output::brightness, 1.5)[0];
    CHECK(brighter > 145);
    CHECK(brighter < 170);
}

TEST_CASE("effects: contrast moves away from the middle grey and towards it") {
    CHECK(colour_after({100, 100, 100, 255}, &Output::contrast, 2.0)[0] == doctest::Approx(72.5).epsilon(0.02));
    CHECK(colour_after({10, 200, 100, 255}, &Output::contrast, 0.0)[1] == doctest::Approx(127.5).epsilon(0.02));
}

TEST_CASE("effects: saturation takes colour away, hue turns it") {
    const Pixel pale = colour_after({200, 80, 80, 255}, &Output::saturation, 0.0);
    CHECK(std::abs(pale[0] - pale[1]) <= 2);
    const Pixel swap_if_sideways = colour_after({200, 80, 80, 255}, &Output::hue, 120);
    CHECK(swap_if_sideways[1] > swap_if_sideways[0]);
    CHECK(near(colour_after({200, 80, 80, 255}, &Output::hue, 360), {200, 80, 80, 255}, 3));
}

TEST_CASE("effects: blur softens an edge, sharpen hardens it") {
    const auto step = [](const Output& output) {
        const vips::VImage image = make(edge(), {output}).image();
        return image.getpoint(image.width() / 2 + 1, 40)[0] - image.getpoint(image.width() / 2 - 2, 40)[0];
    };
    const double plain = step(box(80, 80));
    CHECK(step(with(&Output::blur, 4.0)) < plain / 2);
    CHECK(step(with(&Output::sharpen, 2.0)) > plain + 10);
}

TEST_CASE("effects: blur does not bring out what transparency hides") {
    const vips::VImage half =
        filled(40, 80, {255, 255, 255, 255}, 4).join(filled(40, 80, {0, 0, 0, 0}, 4), VIPS_DIRECTION_HORIZONTAL);
    const vips::VImage image = make(file_of(half, ".png"), {with(&Output::blur, 4.0)}).image();
    CHECK(image.getpoint(41, 40)[0] > 245);
}

TEST_CASE("effects: round corners are transparent and the middle of each side is not") {
    const std::string file = file_of(quadrants(160, 120), ".png");
    const vips::VImage image = make(file, {with(&Output::round, 20)}).image();
    REQUIRE(image.bands() == 4);
    for (const int x : {0, 79})
        for (const int y : {0, 59}) CHECK(image.getpoint(x, y)[3] == 0);
    CHECK(image.getpoint(40, 0)[3] == 255);
    CHECK(image.getpoint(0, 30)[3] == 255);
    check_quadrants(image);
}

TEST_CASE("effects: a circle is as wide as the shorter side, and jpeg shows the background around it") {
    const std::string file = file_of(filled(160, 120, kRed), ".png");
    const vips::VImage image = make(file, {with(&Output::round, kCircle)}).image();
    CHECK(image.getpoint(2, 30)[3] == 0);
    CHECK(image.getpoint(40, 1)[3] > 200);
    Output jpeg = with(&Output::round, kCircle, box(80, 80, Fit::inside, Target::jpeg));
    jpeg.background = {0, 0, 255, 255};
    check_pixel(make(file, {jpeg}).image(), 0.02, 0.5, kBlue, 20);
}

TEST_CASE("effects: padding stands around the thumbnail in the background's colour, each side its own") {
    Output output = box(80, 80);
    output.padding = {1, 2, 3, 4};
    output.background = {255, 0, 255, 255};
    const Made made = make(file_of(quadrants(160, 120), ".png"), {output});
    const vips::VImage image = made.image();
    CHECK(image.width() == 86);
    CHECK(image.height() == 64);
    CHECK(made.output_result().width == 86);
    CHECK(image.getpoint(3, 32)[2] == 255);
    check_pixel(image, 6.0 / 86, 3.0 / 64, kRed);
    CHECK(near({image.getpoint(83, 59)[0], image.getpoint(83, 59)[1], image.getpoint(83, 59)[2], 255}, kYellow, 12));
}

TEST_CASE("effects: dpr multiplies the box, the padding and the radius") {
    Output output = box(40, 40);
    output.dpr = 2;
    output.padding = {5, 5, 5, 5};
    CHECK(make(file_of(quadrants(160, 120), ".png"), {output}).image().width() == 100);
}

TEST_CASE("effects: sixteen bits survive where they are asked for, effects included") {
    Output output = with(&Output::bit_depth, BitDepth::sixteen, box(64, 64));
    output.brightness = 1.1;
    output.contrast = 0.9;
    output.round = 4;
    const vips::VImage ramp = (vips::VImage::xyz(128, 128).extract_band(0) * 4 + 1000)
                                  .cast(VIPS_FORMAT_USHORT)
                                  .copy(vips::VImage::option()->set("interpretation", VIPS_INTERPRETATION_GREY16));
    const vips::VImage image = make(file_of(ramp, ".png"), {output}).image();
    REQUIRE(image.format() == VIPS_FORMAT_USHORT);
    // 4 * 63 steps of 65536: one or two values in 8 bits.
    CHECK(image.extract_band(0).getpoint(60, 32)[0] - image.extract_band(0).getpoint(3, 32)[0] > 100);
}

TEST_CASE("effects: linear light makes a fine pattern of black and white brighter than its mean") {
    // What the eye sees from afar: half the light, which is 188 and not 128.
    const vips::VImage black = filled(1, 400, {0, 0, 0, 255});
    const vips::VImage pattern =
        black.join(filled(1, 400, {255, 255, 255, 255}), VIPS_DIRECTION_HORIZONTAL).replicate(200, 1);
    for (const char* suffix : {".png", ".jpg[Q=100]"}) {
        const std::string file = file_of(pattern, suffix);
        CHECK(make(file, {box(50, 50)}).image().avg() == doctest::Approx(127.5).epsilon(0.03));
        CHECK(make(file, {with(&Output::linear, true, box(50, 50))}).image().avg() ==
              doctest::Approx(188).epsilon(0.03));
    }
}
