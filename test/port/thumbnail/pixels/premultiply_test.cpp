#include "thumbnail/pixels/premultiply.h"

#include <doctest/doctest.h>

using namespace thumbnailer;
using vips::VImage;

namespace {

constexpr double kRounding = 0.0001; // of floats up to 255

// Each pair of a colour and an alpha once.
VImage all_pairs() {
    const VImage place = VImage::xyz(256, 256);
    const VImage colour = place.extract_band(0);
    return VImage::bandjoin(std::vector<VImage>{colour, 255 - colour, colour, place.extract_band(1)})
        .cast(VIPS_FORMAT_UCHAR)
        .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

double greatest_difference(const VImage& image) {
    return (premultiplied(image, Block{}) - image.premultiply()).abs().max();
}

} // namespace

TEST_CASE("premultiply: each colour is multiplied by each alpha, as libvips does it") {
    CHECK(greatest_difference(all_pairs()) < kRounding);
    const VImage grey = all_pairs().extract_band(0).bandjoin(all_pairs().extract_band(3));
    CHECK(greatest_difference(grey.copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_B_W))) < kRounding);
}

TEST_CASE("premultiply: a block becomes the mean of its pixels after they were multiplied") {
    const VImage wanted = all_pairs().premultiply().shrink(4, 2);
    CHECK((premultiplied(all_pairs(), {4, 2}) - wanted).abs().max() < kRounding);
}

TEST_CASE("premultiply: blocks that are longer than a side lack the same at both ends") {
    const VImage odd = all_pairs().crop(0, 0, 255, 253);
    VImage made = premultiplied(odd, {2, 2});
    REQUIRE(made.width() == 128);
    REQUIRE(made.height() == 127);
    // In half pixels, of which the first block has three.
    const VImage halves = odd.premultiply().zoom(2, 2);
    const VImage wanted = halves.crop(3, 3, 4 * 126, 4 * 125).shrink(4, 4);
    CHECK((made.crop(1, 1, 126, 125) - wanted).abs().max() < kRounding);
    const double corner = halves.crop(0, 0, 3, 3).avg();
    CHECK(VImage(made.crop(0, 0, 1, 1)).avg() == doctest::Approx(corner).epsilon(0.001));
}

TEST_CASE("premultiply: the largest blocks are summed without an overflow") {
    const VImage white = VImage::black(129, 129)
                             .new_from_image({255, 255, 255, 255})
                             .cast(VIPS_FORMAT_UCHAR)
                             .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
    CHECK((premultiplied(white, {64, 64}) - 255).abs().max() < kRounding);
}

TEST_CASE("premultiply: the image that is read may be gone") {
    VImage made = premultiplied(all_pairs(), Block{});
    const std::vector<double> point = made.getpoint(255, 255);
    CHECK(point[0] == doctest::Approx(255));
    CHECK(point[1] == doctest::Approx(0));
    CHECK(point[3] == doctest::Approx(255));
}
