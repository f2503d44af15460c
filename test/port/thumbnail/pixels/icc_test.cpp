#include "thumbnail/pixels/icc.h"

#include <doctest/doctest.h>

#include "support/pixels.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

std::string profile(const char* name) {
    VipsBlob* blob = nullptr;
    REQUIRE(vips_profile_load(name, &blob, nullptr) == 0);
    std::string bytes(static_cast<const char*>(VIPS_AREA(blob)->data), VIPS_AREA(blob)->length);
    vips_area_unref(VIPS_AREA(blob));
    return bytes;
}

} // namespace

TEST_CASE("icc: the profile of sRGB is known for what it is") { CHECK(is_srgb(bytes_of(profile("srgb")))); }

TEST_CASE("icc: a profile with other colours is another one") {
    CHECK_FALSE(is_srgb(bytes_of(profile("p3"))));
    CHECK_FALSE(is_srgb(bytes_of(profile("cmyk"))));
}

TEST_CASE("icc: a profile with another primary or another curve is another one") {
    for (const std::string signature : {"rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"}) {
        CAPTURE(signature);
        std::string changed = profile("srgb");
        changed.replace(changed.find(signature), 4, "none");
        CHECK_FALSE(is_srgb(bytes_of(changed)));
    }
}

TEST_CASE("icc: a profile that is cut short is none that is known") {
    const std::string whole = profile("srgb");
    bool known = false;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        // In a block of its own, so that a sanitizer sees a byte too far.
        const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        const bool still = is_srgb(std::as_bytes(std::span(cut)));
        CHECK((still || !known));
        known = still;
    }
}
