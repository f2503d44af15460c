#include "thumbnail/ycbcr/scaled_planes_cache.h"

#include <doctest/doctest.h>

#include "support/ycbcr_pictures.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

TEST_CASE("scaled planes cache: each of several outputs is the picture that it is alone, whatever their order") {
    for (const int orientation : {1, 6}) {
        const std::string source = photo(".jpg[Q=92,subsample_mode=on]", orientation);
        const std::vector<Output> outputs{
            exact(webp(60, 60)),   exact(jpeg(400, 400)),
            exact(webp(400, 400)), exact(jpeg(150, 90, Fit::cover)),
            exact(jpeg(150, 150)), with(&Output::flip, Flip::horizontal, exact(jpeg(60, 60)))};
        const Made together = make(source, outputs);
        for (std::size_t index = 0; index < outputs.size(); ++index) {
            CAPTURE(index);
            CHECK(alike(together.files[index], by_fast_path(source, outputs[index])) >= 0.99);
            CHECK(together.files[index] != by_libvips(source, outputs[index]));
        }
    }
}

// SSIM looks at brightness alone.
TEST_CASE(
    "scaled planes cache: a thumbnail that was made of a larger one has the colours of one that was not, however it is "
    "turned") {
    const Output small = exact(jpeg(101, 101));
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const std::string source = photo(".jpg[Q=92,subsample_mode=off]", orientation);
        const VImage together = decoded(make(source, {exact(jpeg(301, 301)), small}).files[1]);
        CHECK((together - decoded(by_fast_path(source, small))).abs().avg() < 2); // 3 where they are half a pixel away
    }
}

TEST_CASE("scaled planes cache: another format of the same size has the same samples") {
    const std::string source = photo();
    const Made together = make(source, {jpeg(300, 300), webp(300, 300)});
    CHECK(together.files[0] == by_fast_path(source, jpeg(300, 300)));
    CHECK(together.files[1] == by_fast_path(source, webp(300, 300)));
}

TEST_CASE("scaled planes cache: of several outputs one that needs pixels gets them beside a file") {
    const std::string source = photo();
    const Output sharpened = with(&Output::sharpen, 1.0, jpeg(100, 100));
    const Made together = make(source, {jpeg(300, 300), sharpened});
    CHECK(together.files[0] == by_fast_path(source, jpeg(300, 300)));
    // It is made from the larger planes, and sharpening shows the difference.
    CHECK(alike(together.files[1], by_fast_path(source, sharpened)) >= 0.98);
}

TEST_CASE("scaled planes cache: of several outputs one of a part takes all of them through libvips") {
    const std::string source = photo();
    Output region = jpeg(100, 100);
    region.region = {.given = true, .fractions = true, .left = 0.2, .top = 0.2, .width = 0.5, .height = 0.5};
    const Made together = make(source, {jpeg(300, 300), region});
    CHECK(together.files[0] == by_libvips(source, jpeg(300, 300)));
}

TEST_CASE(
    "scaled planes cache: of several outputs one that is too small for the resampler goes through libvips alone") {
    const std::string source = photo();
    const Made together = make(source, {jpeg(300, 300), jpeg(2, 2)});
    CHECK(together.files[0] == by_fast_path(source, jpeg(300, 300)));
    CHECK(decoded(together.files[1]).width() == 2);
}
