#include "thumbnail/libwebp/decode_webp.h"

#include <doctest/doctest.h>

#include "support/ycbcr_pictures.h"
#include "thumbnail/containers/riff.h"
#include "thumbnail/pixels/pixels.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

std::optional<SourcePlanes> decode(const std::string& file) { return decode_webp(bytes_of(file), {}); }

std::vector<Size> sizes_of(const std::string& file) {
    const auto decoded = decode(file);
    REQUIRE(decoded);
    std::vector<Size> sizes;
    for (const SourcePlane& each : decoded->planes) sizes.push_back(each.plane.size());
    return sizes;
}

// Of a picture whose pixels all have one colour.
Pixel colour_of(const std::string& file) {
    auto decoded = decode(file);
    REQUIRE(decoded);
    std::vector<Plane> planes;
    for (const SourcePlane& each : decoded->planes) {
        planes.emplace_back(Size{1, 1});
        planes.back().row(0)[0] = each.plane.row(0)[0];
    }
    convert_range(planes, decoded->range, SampleRange::full);
    return pixel(image_of(planes), 0, 0);
}

} // namespace

TEST_CASE("decode webp: luma has the size of the picture, chroma half of it, rounded up") {
    CHECK(sizes_of(file_of(textured(203, 105), ".webp")) ==
          std::vector<Size>{Size{203, 105}, Size{102, 53}, Size{102, 53}});
    CHECK(sizes_of(file_of(textured(1, 1), ".webp")) == std::vector<Size>{Size{1, 1}, Size{1, 1}, Size{1, 1}});
}

TEST_CASE("decode webp: a colour is the one that libwebp makes of it") {
    for (const double red : {0.0, 60.0, 255.0})
        for (const double green : {0.0, 130.0, 255.0})
            for (const double blue : {0.0, 200.0, 255.0}) {
                const std::string file = file_of(filled(32, 32, {red, green, blue, 255}), ".webp[Q=95]");
                const Pixel seen = colour_of(file);
                const Pixel wanted = pixel(decoded(file), 0, 0);
                CHECK_MESSAGE(near(seen, wanted, 2), described(seen) << "instead of " << described(wanted));
            }
}

TEST_CASE("decode webp: what is no lossy picture without alpha and movement has no planes") {
    const VImage picture = textured(203, 105);
    CHECK(decode(file_of(picture, ".webp")));
    CHECK_FALSE(decode(file_of(picture, ".webp[lossless]")));
    CHECK_FALSE(decode(file_of(picture.bandjoin_const({100.0}), ".webp")));
    VImage roll = VImage::arrayjoin({picture, picture.rot180()}, VImage::option()->set("across", 1));
    roll.set(VIPS_META_PAGE_HEIGHT, 105);
    CHECK_FALSE(decode(file_of(roll, ".webp")));
    CHECK_FALSE(decode(file_of(picture, ".jpg")));
    CHECK_FALSE(decode(""));
}

TEST_CASE("decode webp: a lossless picture in sRGB has planes where that is said") {
    const VImage picture = textured(203, 105);
    const auto decode_lossless = [](const std::string& file) {
        return decode_webp(bytes_of(file), {.lossless = true});
    };
    const auto decoded = decode_lossless(file_of(picture, ".webp[lossless]"));
    REQUIRE(decoded);
    CHECK(decoded->planes[1].plane.size() == Size{102, 53});
    CHECK(decode_lossless(file_of(picture.icc_transform("srgb"), ".webp[lossless]")));
    CHECK_FALSE(decode_lossless(file_of(picture.icc_transform("p3"), ".webp[lossless]")));
    CHECK_FALSE(decode_lossless(file_of(picture.bandjoin_const({100.0}), ".webp[lossless]")));
}

TEST_CASE("decode webp: a file that is cut before the end of its picture has no planes") {
    const std::string whole = file_of(textured(203, 105), ".webp");
    const Bytes picture = riff_chunk(bytes_of(whole), "VP8 ").value();
    const std::size_t end = static_cast<std::size_t>(picture.data() - bytes_of(whole).data()) + picture.size();
    for (std::size_t length = 0; length < end; length += 7) CHECK_FALSE(decode(whole.substr(0, length)));
    CHECK(decode(whole.substr(0, end)));
}

TEST_CASE("decode webp: a profile says whether the colours are those of sRGB") {
    const VImage picture = textured(203, 105);
    CHECK(decode(file_of(picture, ".webp"))->srgb);
    CHECK(decode(file_of(picture.icc_transform("srgb"), ".webp"))->srgb);
    CHECK_FALSE(decode(file_of(picture.icc_transform("p3"), ".webp"))->srgb);
}

TEST_CASE("decode webp: a file that speaks of a profile and has none has no planes") {
    std::string file = file_of(textured(203, 105).icc_transform("p3"), ".webp");
    const std::size_t name = file.find("ICCP");
    REQUIRE(name != std::string::npos);
    file.replace(name, 4, "JUNK");
    CHECK_FALSE(decode(file));
}

TEST_CASE("decode webp: without the filter the picture is nearly the same") {
    const std::string file = photo(".webp[Q=40]");
    const auto with = decode_webp(bytes_of(file), {.loop_filter = true});
    const auto without = decode_webp(bytes_of(file), {.loop_filter = false});
    REQUIRE(with);
    REQUIRE(without);
    const Plane& one = with->planes[0].plane;
    const Plane& other = without->planes[0].plane;
    std::int64_t apart = 0;
    for (std::int32_t y = 0; y < one.size().height; ++y)
        for (std::int32_t x = 0; x < one.size().width; ++x) apart += std::abs(one.row(y)[x] - other.row(y)[x]);
    CHECK(apart > 0);
    CHECK(static_cast<double>(apart) / (one.size().width * one.size().height) < 1.5);
}
