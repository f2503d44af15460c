#include "thumbnail/placeholder/placeholder.h"

#include <doctest/doctest.h>

#include "support/make.h"
#include "thumbnail/placeholder/blurhash.h"
#include "thumbnail/placeholder/thumbhash.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

std::string placeholder(const std::string& source, Placeholder kind) {
    const Made made = make(source, {with(&Output::placeholder, kind)});
    CHECK(made.output_result().made == 1);
    return made.placeholders[0];
}

} // namespace

TEST_CASE("placeholder: the hash of one colour says the colour") {
    const std::string red = file_of(filled(64, 64, kRed), ".png");
    CHECK(placeholder(red, Placeholder::color) == "#ff0000");
    // Average red, everything else zero: the fourth to sixth digit of base 83 hold #ff0000.
    CHECK(placeholder(red, Placeholder::blurhash).substr(2, 4) == "TI:j");
    CHECK(placeholder(red, Placeholder::none).empty());
}

TEST_CASE("placeholder: color is the largest area's, not the mean") {
    const auto picture = filled(80, 80, {10, 20, 200, 255}).insert(filled(30, 80, {250, 250, 0, 255}), 0, 0);
    CHECK(placeholder(file_of(picture, ".png"), Placeholder::color) == "#0a14c8");
}

TEST_CASE("placeholder: blurhash has 4 x 3 components, 3 x 4 when the picture is upright") {
    CHECK(placeholder(file_of(quadrants(160, 120), ".png"), Placeholder::blurhash)[0] == 'L');
    CHECK(placeholder(file_of(quadrants(120, 160), ".png"), Placeholder::blurhash)[0] == 'T');
}

TEST_CASE("placeholder: a data uri is a small picture that can be decoded") {
    const std::string uri = placeholder(file_of(quadrants(160, 120), ".png"), Placeholder::data_uri);
    constexpr std::string_view kStart = "data:image/webp;base64,";
    REQUIRE(uri.starts_with(kStart));
    CHECK(uri.size() < 600);
    gsize size = 0;
    guchar* bytes = g_base64_decode(uri.c_str() + kStart.size(), &size);
    const vips::VImage image = decoded(std::string(reinterpret_cast<char*>(bytes), size));
    g_free(bytes);
    CHECK(image.width() == 16);
    CHECK(image.height() == 12);
    check_quadrants(image, 60);
}

TEST_CASE("placeholder: thumbhash knows shape and transparency") {
    CHECK(placeholder(file_of(quadrants(160, 120), ".png"), Placeholder::thumbhash).size() == 28);
    const Pixels clear{2, 2, {255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 255}};
    const auto hash = thumbhash(clear);
    CHECK((hash[2] & 0x80) != 0);
}
