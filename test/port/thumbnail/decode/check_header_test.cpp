#include "thumbnail/decode/check_header.h"

#include <doctest/doctest.h>

#include "support/make.h"
#include "thumbnail/jpeg/segments.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

FormatSet only(std::string_view names) { return *formats_named(names); }

} // namespace

TEST_CASE("check header: a jpeg of 12 bits is refused as what it is") {
    std::string file = file_of(quadrants(32, 32), ".jpg");
    CHECK(jpeg_frame(bytes_of(file))->precision == 8);
    file[file.find("\xff\xc0") + 4] = 12;
    const auto header = check_header({}, bytes_of(file));
    REQUIRE(!header);
    CHECK(header.error().reason == Reason::unsupported_format);
    CHECK(header.error().message.find("12 bits") != std::string::npos);
}

TEST_CASE("check header: a progressive jpeg costs two bytes for each sample, whatever its sampling") {
    const auto cost = [](const vips::VImage& image, const char* suffix) {
        const std::string file = file_of(image, suffix);
        const auto frame = jpeg_frame(bytes_of(file));
        REQUIRE(frame);
        CHECK(frame->progressive);
        return frame->coefficient_bytes;
    };
    const auto picture = quadrants(160, 120);
    CHECK(cost(picture, ".jpg[interlace,subsample_mode=off]") == 160 * 120 * 6);
    CHECK(cost(picture, ".jpg[interlace,subsample_mode=on]") == 160 * 120 * 3);
    CHECK(cost(picture.colourspace(VIPS_INTERPRETATION_B_W), ".jpg[interlace]") == 160 * 120 * 2);
    const std::string baseline = file_of(picture, ".jpg");
    CHECK(!jpeg_frame(bytes_of(baseline))->progressive);
}

TEST_CASE("check header: a progressive jpeg that needs too much memory is refused before any pixel") {
    const std::string file = file_of(quadrants(160, 120), ".jpg[interlace,subsample_mode=off]");
    const auto header = check_header({.max_memory = 160 * 120 * 6 - 1}, bytes_of(file));
    REQUIRE(!header);
    CHECK(header.error().reason == Reason::too_large);
    CHECK(header.error().message.find("progressive") != std::string::npos);
    CHECK(check_header({.max_memory = 160 * 120 * 6}, bytes_of(file)));
}

TEST_CASE("check header: a side or a colour profile over its limit is refused from the header") {
    const std::string wide = file_of(quadrants(160, 120), ".png");
    CHECK(check_header({.max_side = 160}, bytes_of(wide)));
    CHECK(check_header({.max_side = 159}, bytes_of(wide)).error().limit == 159);
    const auto p3 = quadrants(32, 32).icc_transform("p3", vips::VImage::option()->set("input_profile", "srgb"));
    const std::string profiled = file_of(p3, ".png");
    const auto header = check_header({}, bytes_of(profiled));
    REQUIRE(header);
    CHECK(header->profile_bytes > 100);
    const auto refused = check_header({.max_icc_bytes = header->profile_bytes - 1}, bytes_of(profiled));
    REQUIRE(!refused);
    CHECK(refused.error().message.find("profile") != std::string::npos);
}

TEST_CASE("check header: the frame of what is no jpeg, or cut short, is unknown") {
    const std::string file = file_of(quadrants(32, 32), ".jpg");
    for (std::size_t length = 0; length < 20; ++length) CHECK(!jpeg_frame(bytes_of(file.substr(0, length))));
    CHECK(!jpeg_frame(bytes_of("\xff\xd8\xff\xd9\xff\xff\xff\xff")));
}

TEST_CASE("check header: a format that is not among the loaders is named with those that are") {
    const std::string file = file_of(quadrants(32, 32), ".png");
    const auto header = check_header({.loaders = only("jpeg,webp")}, bytes_of(file));
    REQUIRE(!header);
    CHECK(header.error().reason == Reason::unsupported_format);
    CHECK(header.error().message == "the source is png, read here are: jpeg, webp");
}

TEST_CASE("check header: the first bytes show the formats of the system's libvips") {
    using namespace std::string_view_literals;
    CHECK(sniff(bytes_of("\0\0\0\x18"
                         "ftypheic\0\0\0\0mif1heic"sv)) == Format::heic);
    CHECK(sniff(bytes_of("\0\0\0\x18"
                         "ftypmif1\0\0\0\0mif1avif"sv)) == Format::avif);
    CHECK(sniff(bytes_of("\xff\x0a\0\0"sv)) == Format::jxl);
    CHECK(sniff(bytes_of("\0\0\0\x0cJXL \r\n\x87\n"sv)) == Format::jxl);
    CHECK(sniff(bytes_of("\0\0\0\x0cjP  \r\n\x87\n"sv)) == Format::jp2k);
    CHECK(sniff(bytes_of("%PDF-1.7"sv)) == Format::pdf);
}

TEST_CASE("check header: names of formats are all known or none is taken") {
    CHECK(only("jpeg,heic").has(Format::heic));
    CHECK(!only("jpeg,heic").has(Format::png));
    for (const char* names : {"", "jpeg,", "bmp", "jpeg png", ",jpeg"}) CHECK(!formats_named(names));
}

TEST_CASE("check header: a drawing reads nothing but itself") {
    const std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
        width="40" height="40"><rect width="40" height="40" fill="#f00"/>
        <image width="40" height="40" xlink:href="file://)" THUMBNAILER_ROOT
                            R"(/samples/images/quadrants.png"/></svg>)";
    check_pixel(make(svg, {box(40, 40)}).image(), 0.75, 0.25, kRed);
}
