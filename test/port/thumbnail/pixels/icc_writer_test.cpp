#include "thumbnail/pixels/icc_writer.h"

#include <doctest/doctest.h>

#include "support/pixels.h"
#include "thumbnail/pixels/icc.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// What lcms makes of a colour by the profile.
std::vector<double> in_srgb(const ColourDescription& colours, const Pixel& colour) {
    const auto profile = icc_profile_of(colours, false);
    vips::VImage image = filled(1, 1, colour).copy();
    vips_image_set_blob_copy(image.get_image(), VIPS_META_ICC_NAME, profile.data(), profile.size());
    return image.icc_transform("srgb", vips::VImage::option()->set("embedded", true)).getpoint(0, 0);
}

void check_near(const std::vector<double>& given, const std::array<double, 3>& wanted) {
    for (std::size_t channel = 0; channel < 3; ++channel) CHECK(std::abs(given[channel] - wanted[channel]) <= 2);
}

} // namespace

TEST_CASE("icc writer: what is sRGB by numbers is sRGB by its profile") {
    CHECK(is_srgb(icc_profile_of({}, false)));
    CHECK(is_grey_profile(icc_profile_of({}, true)));
}

TEST_CASE("icc writer: Display P3 is shown as lcms shows it by Apple's profile") {
    const auto p3 = described_by(12, 13);
    REQUIRE(p3.has_value());
    check_near(in_srgb(*p3, {200, 60, 40, 255}), {217, 41, 24});
}

TEST_CASE("icc writer: linear light becomes brighter") {
    const auto linear = described_by(1, 8);
    REQUIRE(linear.has_value());
    check_near(in_srgb(*linear, {128, 128, 128, 255}), {188, 188, 188});
}

TEST_CASE("icc writer: the reference white of HLG and PQ is near white, and brighter light is not clipped at once") {
    const auto hlg = described_by(9, 18), pq = described_by(9, 16);
    REQUIRE(hlg.has_value());
    REQUIRE(pq.has_value());
    // BT.2408, table 1: 75 and 58 per cent.
    for (const auto& [colours, white] : {std::pair(*hlg, 191.0), std::pair(*pq, 148.0)}) {
        const double at_white = in_srgb(colours, {white, white, white, 255})[1];
        CHECK(at_white > 200);
        CHECK(at_white < 250);
        CHECK(in_srgb(colours, {white + 30, white + 30, white + 30, 255})[1] > at_white);
    }
}

TEST_CASE("colour description: unspecified colours are none, and cameras' curves are sRGB's") {
    CHECK_FALSE(described_by(2, 2).has_value());
    CHECK(described_by(1, 1)->is_srgb());
    CHECK(described_by(1, 13)->is_srgb());
    CHECK_FALSE(described_by(9, 14)->is_srgb());
}
