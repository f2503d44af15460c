#include "thumbnail/geometry/region.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

Output part(const Region& region, std::int32_t side = 40) { return with(&Output::region, region, box(side, side)); }

} // namespace

TEST_CASE("region: pixels and fractions name the same part, in every orientation") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const std::string file =
            file_of(stored_for(quadrants(160, 120), orientation), ".jpg[Q=100,subsample_mode=off]");
        const Made made = make(file, {part({true, false, 80, 0, 80, 60}), part({true, true, 0.5, 0.5, 0.5, 0.5})});
        CHECK(made.image(0).width() == 40);
        CHECK(made.image(0).height() == 30);
        for (const double at : {0.02, 0.5, 0.98}) {
            check_pixel(made.image(0), at, at, kGreen);
            check_pixel(made.image(1), at, at, kYellow);
        }
    }
}

TEST_CASE("region: a small part of a large jpeg is as sharp as the whole would be") {
    // Black and white columns of 8 pixels in a part of 320: scaled to 160 each is 4 wide and still black or white.
    const vips::VImage columns = filled(8, 2000, kRed).join(filled(8, 2000, kBlue), VIPS_DIRECTION_HORIZONTAL);
    const std::string file = file_of(columns.replicate(125, 1), ".jpg[Q=95]");
    const vips::VImage image = make(file, {part({true, false, 320, 320, 320, 320}, 160)}).image();
    check_pixel(image, 1.5 / 160, 0.5, kRed, 40);
    check_pixel(image, 5.5 / 160, 0.5, kBlue, 40);
}

TEST_CASE("region: what reaches out of the image costs that output alone and names the option") {
    const Made made = make(file_of(quadrants(160, 120), ".png"),
                           {part({true, false, 100, 0, 61, 10}), part({true, true, 0.5, 0.5, 0.6, 0.1}), box(20, 20)});
    for (std::size_t index = 0; index < 2; ++index) {
        CHECK(made.failure(index).reason == Reason::bad_option);
        CHECK(text_in(made.failure(index).option) == "region");
    }
    CHECK(made.output_result(2).made == 1);
}

TEST_CASE("region: a border of one colour or none is trimmed away") {
    const vips::VImage bordered = filled(200, 160, {10, 20, 30, 255}).insert(quadrants(100, 80), 60, 40);
    const vips::VImage image = make(file_of(bordered, ".png"), {with(&Output::trim, 10.0, box(50, 50))}).image();
    CHECK(image.width() == 50);
    CHECK(image.height() == 40);
    check_quadrants(image);
    const vips::VImage clear = filled(200, 160, {0, 0, 0, 0}, 4).insert(quadrants(100, 80).bandjoin(255), 60, 40);
    check_quadrants(make(file_of(clear, ".png"), {with(&Output::trim, 10.0, box(50, 50))}).image());
}

TEST_CASE("region: an image of one colour is not trimmed to nothing") {
    const std::string file = file_of(filled(60, 40, kRed), ".png");
    CHECK(make(file, {with(&Output::trim, 10.0, box(30, 30))}).image().width() == 30);
}

TEST_CASE("region: a small part of a drawing is rendered as large as the limits allow, and made") {
    const std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="4000">
        <rect width="4000" height="4000" fill="#f00"/><rect x="10" y="10" width="20" height="20" fill="#00f"/></svg>)";
    Output output = part({true, false, 0, 0, 40, 40}, 800);
    output.enlarge = true;
    const vips::VImage image = make(svg, {output}, {.max_pixels = 16'000'000}).image();
    CHECK(image.width() == 800);
    check_pixel(image, 0.5, 0.5, kBlue);
    check_pixel(image, 0.1, 0.1, kRed);
}
