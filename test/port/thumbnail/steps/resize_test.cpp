#include "thumbnail/steps/resize.h"

#include <doctest/doctest.h>

using namespace thumbnailer;
using vips::VImage;

namespace {

// Two waves across and three down, as smooth as the smallest thumbnail below can show them.
VImage waves(Size size) {
    const VImage place = VImage::xyz(size.width, size.height);
    const VImage across = (place.extract_band(0) * (2 * 360.0 / size.width)).sin();
    const VImage down = (place.extract_band(1) * (3 * 360.0 / size.height)).cos();
    return VImage::bandjoin(std::vector<VImage>{across, down, across * down})
        .linear(100, 128)
        .cast(VIPS_FORMAT_UCHAR)
        .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

} // namespace

TEST_CASE("resize: an opaque picture with alpha becomes the same as one without") {
    for (const Size from : {Size{1001, 777}, Size{640, 480}, Size{1363, 1111}})
        for (const Size to : {Size{300, 200}, Size{190, 150}, Size{64, 48}, Size{20, 15}, Size{500, 31}}) {
            CAPTURE(from.width);
            CAPTURE(to.width);
            const VImage plain = resized(waves(from), to, 1);
            const VImage clear = resized(waves(from).bandjoin(255), to, 1);
            REQUIRE(clear.width() == to.width);
            REQUIRE(clear.height() == to.height);
            CHECK(VImage(clear.extract_band(3)).min() == 255);
            CHECK((clear.extract_band(0, VImage::option()->set("n", 3)) - plain).abs().avg() < 1);
        }
}

TEST_CASE("resize: an opaque picture with alpha stays opaque whatever its sides, its bands and its samples") {
    for (const Size from : {Size{1, 900}, Size{900, 1}, Size{300, 200}, Size{129, 129}})
        for (const Size to : {Size{1, 1}, Size{2, 2}, Size{64, 1}, Size{400, 300}}) {
            CAPTURE(from.width);
            CAPTURE(from.height);
            CAPTURE(to.width);
            const VImage colour = VImage::black(from.width, from.height).new_from_image({200, 100, 50, 255});
            const VImage bytes =
                colour.cast(VIPS_FORMAT_UCHAR).copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
            const VImage deep = (colour * 257)
                                    .cast(VIPS_FORMAT_USHORT)
                                    .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_RGB16));
            const VImage grey = bytes.extract_band(0).bandjoin(255).copy(
                VImage::option()->set("interpretation", VIPS_INTERPRETATION_B_W));
            CHECK((resized(bytes, to, 1) - std::vector<double>{200, 100, 50, 255}).abs().max() == 0);
            CHECK((resized(grey, to, 1) - std::vector<double>{200, 255}).abs().max() == 0);
            CHECK((resized(deep, to, 1) - std::vector<double>{51400, 25700, 12850, 65535}).abs().max() <= 1);
        }
}

TEST_CASE("resize: a file with alpha that is read row by row is never in memory as a whole") {
    const VImage colour = VImage::black(20000, 1500)
                              .new_from_image({10, 90, 200, 255})
                              .cast(VIPS_FORMAT_UCHAR)
                              .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
    VipsBlob* file = colour.pngsave_buffer(VImage::option()->set("compression", 1));
    const VImage read = VImage::pngload_buffer(file, VImage::option()->set("access", VIPS_ACCESS_SEQUENTIAL));
    const std::size_t before = vips_tracked_get_mem_highwater();
    CHECK((resized(read, {200, 15}, 1) - std::vector<double>{10, 90, 200, 255}).abs().max() == 0);
    CHECK(vips_tracked_get_mem_highwater() - before < 40'000'000); // the whole has 120 MB
    vips_area_unref(VIPS_AREA(file));
}

TEST_CASE("resize: a colour that is clear does not show at the edge of one that is not") {
    const VImage left = VImage::black(500, 301).new_from_image({255, 0, 0, 255});
    const VImage right = VImage::black(501, 301).new_from_image({0, 255, 0, 0});
    const VImage source = left.join(right, VIPS_DIRECTION_HORIZONTAL)
                              .cast(VIPS_FORMAT_UCHAR)
                              .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
    const VImage small = resized(source, {100, 30}, 1);
    const VImage seen = small.extract_band(3) > 0;
    CHECK((seen & (small.extract_band(1) > 0)).max() == 0);
}
