#include "thumbnail/encode/few_colours.h"

#include <doctest/doctest.h>

#include <set>

#include "thumbnail/pixels/pixels.h"

using namespace thumbnailer;
using vips::VImage;

namespace {

VImage flat(const std::vector<double>& colour, int width, int height) {
    return VImage::black(width, height)
        .new_from_image(colour)
        .cast(VIPS_FORMAT_UCHAR)
        .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

std::set<std::vector<int>> colours_of(const VImage& image) {
    const Pixels pixels = pixels_of(image);
    std::set<std::vector<int>> colours;
    for (int y = 0; y < pixels.height; ++y)
        for (int x = 0; x < pixels.width; ++x)
            colours.insert({pixels.at(x, y, 0), pixels.at(x, y, 1), pixels.at(x, y, 2), pixels.at(x, y, 3)});
    return colours;
}

} // namespace

TEST_CASE("few colours: an image that has no more keeps all of them as they are") {
    const VImage image = flat({250, 250, 251}, 40, 10).join(flat({249, 250, 250}, 1, 10), VIPS_DIRECTION_HORIZONTAL);
    CHECK(colours_of(in_few_colours(image, 16)) == colours_of(image));
}

TEST_CASE("few colours: of a ramp the levels are spread evenly") {
    const VImage ramp = VImage::xyz(256, 8).extract_band(0).cast(VIPS_FORMAT_UCHAR);
    const VImage image = VImage::bandjoin(std::vector<VImage>{ramp, ramp, ramp})
                             .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
    const VImage few = in_few_colours(image, 16);
    CHECK(colours_of(few).size() == 16);
    CHECK((image - few).abs().max() <= 16);
}

TEST_CASE("few colours: the colour of the ground stays that colour") {
    const VImage ground = flat({255, 255, 255}, 100, 90);
    const VImage noise = VImage::gaussnoise(100, 10, VImage::option()->set("sigma", 2)->set("seed", 1)) + 250;
    const VImage rim = VImage::bandjoin(std::vector<VImage>{noise, noise, noise}).cast(VIPS_FORMAT_UCHAR);
    const VImage few = in_few_colours(ground.join(rim, VIPS_DIRECTION_VERTICAL), 2);
    CHECK(few.getpoint(50, 5) == std::vector<double>{255, 255, 255});
}

TEST_CASE("few colours: transparent pixels take one colour, whatever is stored below their alpha") {
    const VImage hidden = VImage::gaussnoise(32, 32, VImage::option()->set("sigma", 60)->set("seed", 2)) + 128;
    const VImage image = VImage::bandjoin(std::vector<VImage>{hidden, hidden, hidden, VImage::black(32, 32)})
                             .cast(VIPS_FORMAT_UCHAR)
                             .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
    const VImage shown = flat({200, 60, 40, 255}, 32, 32);
    const auto colours = colours_of(in_few_colours(image.join(shown, VIPS_DIRECTION_HORIZONTAL), 4));
    CHECK(colours.size() == 2);
    CHECK(colours.contains({200, 60, 40, 255}));
}

TEST_CASE("few colours: 16 bits and grey have no palette of few colours") {
    CHECK(can_have_few_colours(flat({1, 2, 3}, 4, 4)));
    CHECK(can_have_few_colours(flat({1, 2, 3, 4}, 4, 4)));
    CHECK_FALSE(can_have_few_colours(flat({1, 2, 3}, 4, 4).cast(VIPS_FORMAT_USHORT)));
    CHECK_FALSE(can_have_few_colours(VImage::black(4, 4)));
}
