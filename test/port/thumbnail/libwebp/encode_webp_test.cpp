#include "thumbnail/libwebp/encode_webp.h"

#include <doctest/doctest.h>

#include <cmath>

#include "support/ycbcr_pictures.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

TEST_CASE("encode webp: a WebP is the picture that libvips makes, of any size and subsampling, upright") {
    const std::string grey = file_of(textured(803, 605).extract_band(1), ".jpg[Q=92]");
    for (const std::string& source : {photo(), photo(".jpg[Q=92,subsample_mode=off]", 6), grey})
        for (const Size size : {Size{400, 300}, Size{301, 301}, Size{97, 200}, Size{83, 63}})
            check_same_picture(source, exact(webp(size.width, size.height)));
    check_same_picture(photo(), exact(with(&Output::gravity, Gravity::south_west, webp(151, 77, Fit::cover))));
}

TEST_CASE("encode webp: white, black and grey are that in a WebP") {
    for (const double level : {0, 1, 127, 128, 254, 255}) {
        const VImage even = VImage::black(320, 240).new_from_image(std::vector<double>{level, level, level});
        const VImage made = decoded(
            by_fast_path(file_of(even.copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB)), ".jpg"),
                         webp(100, 75)));
        CAPTURE(level);
        CHECK(std::abs(made.avg() - level) <= 1.5);
        CHECK(made.deviate() <= 1);
    }
}

TEST_CASE("encode webp: a WebP takes the effort that it is given") {
    const auto size = [source = photo()](std::int32_t effort) {
        return by_fast_path(source, with(&Output::effort, effort, webp(300, 300))).size();
    };
    CHECK(size(0) > size(10));
}
