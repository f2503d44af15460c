#include "thumbnail/bmp/ico.h"

#include <doctest/doctest.h>

#include "support/bmp_bytes.h"
#include "thumbnail/vips/row_image.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// A list of images, each with its bytes behind the list. The sizes that the list says are all 0.
std::string icon(const std::vector<std::string>& images, int type = 1) {
    std::string list = little(0, 2) + little(static_cast<std::uint64_t>(type), 2) + little(images.size(), 2);
    std::string bytes;
    for (const std::string& image : images) {
        list += std::string(8, '\0') + little(image.size(), 4) + little(6 + 16 * images.size() + bytes.size(), 4);
        bytes += image;
    }
    return list + bytes;
}

// 1 x 1, of 32 bits, its mask behind it.
std::string bitmap_of(std::uint64_t pixel, int mask = 0) {
    return info_header({.width = 1, .height = 2, .bits = 32}) + little(pixel, 4) + raw({mask, 0, 0, 0});
}

std::string png_header(std::uint32_t side) {
    std::string bytes = "\x89PNG\r\n\x1a\n" + std::string("\0\0\0\x0dIHDR", 8);
    for (int number = 0; number < 2; ++number)
        for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(side >> shift & 255));
    return bytes + "....";
}

std::vector<int> row_of(const std::string& bitmap) {
    const auto rows = IconRows::open(bytes_of(bitmap));
    if (!rows) return {};
    std::vector<std::uint8_t> row(static_cast<std::size_t>(4 * rows->size().width));
    if (!rows->read(0, row)) return {};
    return {row.begin(), row.end()};
}

} // namespace

TEST_CASE("the image with the most pixels is chosen, by its own header") {
    const std::string small = bitmap_of(0xff112233);
    const std::string large = png_header(512);
    for (const auto& images : {std::vector{small, large}, std::vector{large, small}}) {
        const std::string file = icon(images);
        const auto chosen = largest_image(bytes_of(file));
        REQUIRE(chosen);
        CHECK(chosen->png);
        CHECK(text_of(chosen->bytes) == large);
    }
}

TEST_CASE("of images of one size the one with the most bits is chosen") {
    const std::string poor = info_header({.width = 1, .height = 2, .bits = 1}) + colour(0, 0, 0) +
                             colour(255, 255, 255) + std::string(8, '\0');
    const std::string rich = bitmap_of(0xff112233);
    const std::string file = icon({rich, poor});
    CHECK(text_of(largest_image(bytes_of(file))->bytes) == rich);
}

TEST_CASE("32 bits hold alpha when any of them is there, else the mask hides") {
    CHECK(row_of(bitmap_of(0x80112233, 0x80)) == std::vector{0x11, 0x22, 0x33, 0x80});
    CHECK(row_of(bitmap_of(0x00112233, 0)) == std::vector{0x11, 0x22, 0x33, 255});
    CHECK(row_of(bitmap_of(0x00112233, 0x80)) == std::vector{0x11, 0x22, 0x33, 0});
}

TEST_CASE("the mask of a bitmap without alpha is from the bottom up, as its pixels are") {
    const std::string bitmap = info_header({.width = 2, .height = 4, .bits = 24}) +
                               raw({1, 1, 1, 2, 2, 2, 0, 0, /**/ 3, 3, 3, 4, 4, 4, 0, 0}) +
                               raw({0x40, 0, 0, 0, /**/ 0x80, 0, 0, 0});
    const auto rows = IconRows::open(bytes_of(bitmap));
    REQUIRE(rows);
    std::vector<std::uint8_t> row(8);
    REQUIRE(rows->read(0, row));
    CHECK(row == std::vector<std::uint8_t>{3, 3, 3, 0, 4, 4, 4, 255});
    REQUIRE(rows->read(1, row));
    CHECK(row == std::vector<std::uint8_t>{1, 1, 1, 255, 2, 2, 2, 0});
}

TEST_CASE("damage is a bad image") {
    const std::string whole = icon({bitmap_of(0xff112233)});
    CHECK(largest_image(bytes_of(whole)));
    CHECK(largest_image(bytes_of(whole.substr(0, whole.size() - 1))).error().reason == Reason::bad_image);
    CHECK(largest_image(bytes_of(whole.substr(0, 10))).error().reason == Reason::bad_image);
    CHECK(largest_image(bytes_of(icon({"nothing that is an image"}))).error().reason == Reason::bad_image);
    const std::string without_mask = bitmap_of(0x00112233);
    CHECK(IconRows::open(bytes_of(without_mask.substr(0, without_mask.size() - 1))).error().reason ==
          Reason::bad_image);
}

TEST_CASE("rows become an image, a damaged one its failure") {
    const auto read = [](std::int32_t y, std::span<std::uint8_t> row) {
        for (std::size_t at = 0; at < row.size(); ++at)
            row[at] = static_cast<std::uint8_t>(10 * y + static_cast<int>(at));
        return y < 2;
    };
    const vips::VImage image = image_of_rows({2, 3}, 3, read, "the row is damaged");
    CHECK(image.extract_area(1, 1, 1, 1).getpoint(0, 0) == std::vector<double>{13, 14, 15});
    CHECK_THROWS_AS(image.copy_memory(), vips::VError);
    vips_error_clear();
}
