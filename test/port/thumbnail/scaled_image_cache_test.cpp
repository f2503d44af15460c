#include "thumbnail/scaled_image_cache.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

Plan plan(std::int32_t side, const View& view = {}) {
    Plan made;
    made.view = view;
    made.layout.scaled = {side, side};
    return made;
}

vips::VImage grained() {
    const vips::VImage noise =
        vips::VImage::gaussnoise(1200, 900, vips::VImage::option()->set("seed", 11)->set("sigma", 40)).gaussblur(1.5);
    const vips::VImage ramp = vips::VImage::xyz(1200, 900) * 0.2;
    return vips::VImage::bandjoin(
               std::vector<vips::VImage>{ramp.extract_band(0) + noise, ramp.extract_band(1) + noise, noise + 90})
        .cast(VIPS_FORMAT_UCHAR)
        .copy(vips::VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

} // namespace

TEST_CASE("scaled image cache: the largest comes first, and serves what is at most half of it") {
    std::vector<Plan> plans{plan(320), plan(1280), plan(640), plan(1000)};
    ScaledImageCache::sort_largest_first(plans);
    CHECK(plans[0].layout.scaled.width == 1280);
    CHECK(!ScaledImageCache::is_made_from_earlier(plans, 0));
    CHECK(!ScaledImageCache::is_made_from_earlier(plans, 1));
    CHECK(ScaledImageCache::is_made_from_earlier(plans, 2));
    CHECK(ScaledImageCache::is_made_from_earlier(plans, 3));
}

TEST_CASE("scaled image cache: another view of the image serves nobody") {
    const View swap_if_sideways{.orientation = 6, .oriented_size = {}, .part = {}};
    CHECK(!ScaledImageCache::is_made_from_earlier({plan(1280), plan(320, swap_if_sideways)}, 1));
}

TEST_CASE("scaled image cache: a size made from a larger one is as good as one made from the source") {
    const std::string source = file_of(grained(), ".png");
    std::vector<Output> set;
    for (const std::int32_t width : {100, 400, 200, 800}) set.push_back(box(width, 0));
    const Made together = make(source, set);
    for (std::size_t index = 0; index < set.size(); ++index) {
        CHECK(together.image(index).width() == set[index].width);
        const vips::VImage alone = make(source, {set[index]}).image();
        const vips::VImage difference = alone - together.image(index);
        const double squared = (difference * difference).avg();
        const double psnr = squared == 0 ? 99 : 10 * std::log10(255 * 255 / squared);
        CHECK_MESSAGE(psnr > 38, set[index].width << ": " << psnr);
    }
}

TEST_CASE("scaled image cache: sizes and formats of one set are each as they were asked for, in their order") {
    const std::string source = file_of(quadrants(800, 600), ".jpg[Q=95]");
    std::vector<Output> set;
    for (const std::int32_t width : {160, 320, 640})
        for (const Target format : {Target::avif, Target::webp, Target::jpeg})
            set.push_back(box(width, 0, Fit::inside, format));
    const Made made = make(source, set);
    for (std::size_t index = 0; index < set.size(); ++index) {
        CHECK(made.output_result(index).width == set[index].width);
        CHECK(static_cast<int>(made.output_result(index).format) == static_cast<int>(set[index].format) - 1);
        check_quadrants(made.image(index), 25);
    }
}
