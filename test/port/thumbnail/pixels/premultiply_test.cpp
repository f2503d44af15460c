#include "thumbnail/pixels/premultiply.h"

#include <doctest/doctest.h>

using namespace thumbnailer;
using vips::VImage;

namespace {

// Each pair of a colour and an alpha once.
VImage all_pairs() {
    const VImage place = VImage::xyz(256, 256);
    const VImage colour = place.extract_band(0);
    return VImage::bandjoin(std::vector<VImage>{colour, 255 - colour, colour, place.extract_band(1)})
        .cast(VIPS_FORMAT_UCHAR)
        .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

double greatest_difference(const VImage& image) {
    const VImage wanted = (image.premultiply() * (65535.0 / 255)).rint();
    return (premultiplied(image) - wanted).abs().max();
}

} // namespace

TEST_CASE("premultiply: each colour is multiplied by each alpha, as libvips does it but for rounding") {
    CHECK(greatest_difference(all_pairs()) <= 1);
    const VImage grey = all_pairs().extract_band(0).bandjoin(all_pairs().extract_band(3));
    CHECK(greatest_difference(grey.copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_B_W))) <= 1);
}

TEST_CASE("premultiply: the image that is read may be gone") {
    VImage made = premultiplied(all_pairs());
    CHECK(made.getpoint(255, 255) == std::vector<double>{65535, 0, 65535, 65535});
}
