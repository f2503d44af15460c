#include "thumbnail/bmp/bmp_rows.h"

#include <doctest/doctest.h>

#include "support/bmp_bytes.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

using Samples = std::vector<int>;

// All rows from the top; empty when the file is refused or a row is damaged.
Samples samples_of(const std::string& file) {
    const auto header = read_bmp_header(bytes_of(file));
    if (!header) return {};
    const auto rows = BmpRows::open(*header);
    if (!rows) return {};
    Samples all;
    std::vector<std::uint8_t> row(static_cast<std::size_t>(rows->size().width * rows->bands()));
    for (int y = 0; y < rows->size().height; ++y) {
        if (!rows->read(y, row)) return {};
        all.insert(all.end(), row.begin(), row.end());
    }
    return all;
}

Failure failure_of(const std::string& file) {
    const auto header = read_bmp_header(bytes_of(file));
    if (!header) return header.error();
    const auto rows = BmpRows::open(*header);
    return rows ? Failure{} : rows.error();
}

// red green / blue white, which every depth can say
const Samples kFour{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
const std::string kPalette = colour(255, 0, 0) + colour(0, 255, 0) + colour(0, 0, 255) + colour(255, 255, 255);

std::string runs_file(std::uint64_t bits, std::uint64_t compression, const std::string& runs, Info info = {}) {
    info.bits = bits;
    info.compression = compression;
    info.colours = 4;
    return bmp_file(info_header(info), kPalette, runs);
}

} // namespace

TEST_CASE("every depth gives the same picture, rows filled up to whole words") {
    const auto file = [](std::uint64_t bits, const std::string& between, const std::string& pixels) {
        return bmp_file(info_header({.bits = bits}), between, pixels);
    };
    CHECK(samples_of(file(24, "", raw({255, 0, 0, 255, 255, 255, 0, 0, /**/ 0, 0, 255, 0, 255, 0, 0, 0}))) == kFour);
    CHECK(samples_of(file(32, "", raw({255, 0, 0, 9, 255, 255, 255, 9, 0, 0, 255, 9, 0, 255, 0, 9}))) == kFour);
    CHECK(samples_of(file(16, "", little(0x001f, 2) + little(0x7fff, 2) + little(0x7c00, 2) + little(0x03e0, 2))) ==
          kFour);
    CHECK(samples_of(file(8, kPalette, raw({2, 3, 0, 0, 0, 1, 0, 0}))) == kFour);
    CHECK(samples_of(file(4, kPalette, raw({0x23, 0, 0, 0, 0x01, 0, 0, 0}))) == kFour);
    CHECK(samples_of(file(2, kPalette, raw({0xb0, 0, 0, 0, 0x10, 0, 0, 0}))) == kFour);
    const std::string black_and_white = colour(0, 0, 0) + colour(255, 255, 255);
    CHECK(samples_of(file(1, black_and_white, raw({0x80, 0, 0, 0, 0x40, 0, 0, 0}))) ==
          Samples{0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0});
}

TEST_CASE("a negative height stands for rows from the top down") {
    const std::string pixels = raw({0, 0, 255, 0, 255, 0, 0, 0, /**/ 255, 0, 0, 255, 255, 255, 0, 0});
    CHECK(samples_of(bmp_file(info_header({.height = -2}), "", pixels)) == kFour);
}

TEST_CASE("the headers of OS/2 are read: 12 bytes with colours of three, and 16") {
    const std::string core = little(12, 4) + little(2, 2) + little(2, 2) + little(1, 2) + little(8, 2);
    std::string palette;
    for (std::size_t at = 0; at < kPalette.size(); at += 4) palette += kPalette.substr(at, 3);
    palette += std::string(252 * 3, '\0');
    CHECK(samples_of(bmp_file(core, palette, raw({2, 3, 0, 0, 0, 1, 0, 0}))) == kFour);
    const std::string short_one = little(16, 4) + little(2, 4) + little(2, 4) + little(1, 2) + little(8, 2);
    CHECK(samples_of(bmp_file(short_one, kPalette + std::string(252 * 4, '\0'), raw({2, 3, 0, 0, 0, 1, 0, 0}))) ==
          kFour);
}

TEST_CASE("masks place the channels, in the header or behind it, and are rounded to 8 bits") {
    const std::string masks = little(0xf800, 4) + little(0x07e0, 4) + little(0x001f, 4);
    const std::string pixels = little(0x001f, 2) + little(0xffff, 2) + little(0xf800, 2) + little(0x07e0, 2);
    CHECK(samples_of(bmp_file(info_header({.bits = 16, .compression = 3}), masks, pixels)) == kFour);
    CHECK(samples_of(bmp_file(info_header({.bits = 16, .compression = 3, .extension = masks}), "", pixels)) == kFour);
    const std::string deep = little(0x3ff00000, 4) + little(0x000ffc00, 4) + little(0x000003ff, 4);
    const Info wide{.width = 1, .height = 1, .bits = 32, .compression = 3};
    CHECK(samples_of(bmp_file(info_header(wide), deep, little(0x3ff << 20 | 512 << 10 | 2, 4))) ==
          Samples{255, 128, 0});
}

TEST_CASE("a mask of alpha gives a fourth channel, the unused byte of 32 bits does not") {
    const std::string masks =
        little(0x00ff0000, 4) + little(0x0000ff00, 4) + little(0x000000ff, 4) + little(0xff000000, 4);
    const std::string pixel = little(0x80112233, 4);
    const Info one{.width = 1, .height = 1, .bits = 32};
    Info masked = one;
    masked.compression = 3;
    masked.extension = masks;
    CHECK(samples_of(bmp_file(info_header(masked), "", pixel)) == Samples{0x11, 0x22, 0x33, 0x80});
    CHECK(samples_of(bmp_file(info_header(one), "", pixel)) == Samples{0x11, 0x22, 0x33});
}

TEST_CASE("runs of 8 bits: repeated, as they are, lines, leaps and the end") {
    CHECK(samples_of(runs_file(8, 1, raw({1, 2, 1, 3, 0, 0, 1, 0, 1, 1, 0, 1}))) == kFour);
    const Info row{.width = 5, .height = 1};
    // three as they are and one to fill the word up, one left out, one repeated
    CHECK(samples_of(runs_file(8, 1, raw({0, 3, 1, 2, 3, 0, 0, 2, 1, 0, 1, 1, 0, 1}), row)) ==
          Samples{0, 255, 0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 255, 0});
    // all pixels are there, the code for the end is not
    CHECK(samples_of(runs_file(8, 1, raw({5, 1}), row)).size() == 15);
}

TEST_CASE("runs may fill the last word of a row") {
    CHECK(samples_of(runs_file(8, 1, raw({0, 4, 2, 3, 1, 1, 0, 0, 1, 0, 3, 1, 0, 1}))) == kFour);
    CHECK(samples_of(runs_file(4, 2, raw({8, 0x23, 0, 0, 8, 0x01, 0, 1}))) == kFour);
}

TEST_CASE("runs of 4 bits alternate two colours") {
    CHECK(samples_of(runs_file(4, 2, raw({2, 0x23, 0, 0, 2, 0x01, 0, 1}))) == kFour);
    CHECK(samples_of(runs_file(4, 2, raw({0, 3, 0x01, 0x20, 0, 1}), {.width = 3, .height = 1})) ==
          Samples{255, 0, 0, 0, 255, 0, 0, 0, 255});
}

TEST_CASE("runs of 24 bits, in a header of OS/2") {
    Info info{.bits = 24, .compression = 4, .extension = std::string(24, '\0')};
    const std::string runs = raw({1, 255, 0, 0, 1, 255, 255, 255, 0, 0, 1, 0, 0, 255, 1, 0, 255, 0, 0, 1});
    CHECK(samples_of(bmp_file(info_header(info), "", runs)) == kFour);
}

TEST_CASE("damage is a bad image, never a picture") {
    const auto refused = [](const std::string& file) {
        return samples_of(file).empty() && failure_of(file).reason == Reason::bad_image;
    };
    CHECK(refused(bmp_file(info_header({}), "", std::string(15, 'x'))));                    // a byte is missing
    CHECK(refused(bmp_file(info_header({.width = 0}), "", std::string(16, 'x'))));          // no columns
    CHECK(refused(bmp_file(info_header({.height = INT32_MIN}), "", std::string(16, 'x')))); // has no opposite
    CHECK(refused(bmp_file(info_header({.bits = 23}), "", std::string(64, 'x'))));
    CHECK(refused(bmp_file(info_header({.planes = 3}), "", std::string(64, 'x'))));
    CHECK(refused(bmp_file(info_header({.bits = 24, .compression = 1}), "", std::string(64, 'x'))));
    CHECK(refused(bmp_file(info_header({.bits = 8}), "", std::string(64, 'x')))); // no palette
    CHECK(refused(runs_file(8, 1, raw({5, 1, 0, 1}))));                           // longer than a row of whole words
    CHECK(refused(runs_file(8, 1, raw({2, 1, 0, 0, 2, 1, 0, 0, 1, 1, 0, 1}))));   // more rows than there are
    CHECK(refused(runs_file(8, 1, raw({0, 2, 5, 0, 0, 1}))));                     // a leap out of the picture
    CHECK(refused(runs_file(8, 1, raw({2, 1, 0, 0, 1, 1}))));                     // cut short
    CHECK(refused(runs_file(8, 1, raw({2, 1, 0, 0, 1, 1, 0, 1}), {.height = -2})));
    const std::string gaps = little(0xf0f0, 4) + little(0x0f00, 4) + little(0x000f, 4);
    CHECK(refused(bmp_file(info_header({.bits = 16, .compression = 3}), gaps, std::string(8, 'x'))));
}

TEST_CASE("a colour that is not in the palette is damage, known when its row is read") {
    const std::string file = bmp_file(info_header({.bits = 8, .colours = 4}), kPalette, raw({2, 3, 0, 0, 0, 4, 0, 0}));
    const auto header = read_bmp_header(bytes_of(file));
    const auto rows = BmpRows::open(*header);
    std::vector<std::uint8_t> row(6);
    CHECK_FALSE(rows->read(0, row));
    CHECK(rows->read(1, row));
}

TEST_CASE("what else a BMP may hold is refused by name") {
    const auto refusal = [](std::uint64_t bits, std::uint64_t compression) {
        return failure_of(bmp_file(info_header({.bits = bits, .compression = compression}), "", std::string(64, 'x')));
    };
    CHECK(refusal(0, 4).reason == Reason::unsupported_format);
    CHECK(refusal(0, 4).message.find("jpeg") != std::string::npos);
    CHECK(refusal(0, 5).message.find("png") != std::string::npos);
    CHECK(refusal(64, 0).message.find("64 bits") != std::string::npos);
}

TEST_CASE("an embedded profile is found, one outside of the file is none") {
    const auto with_profile = [](std::uint64_t offset) {
        std::string extension(84, '\0');
        extension.replace(16, 4, "DEBM"); // where V4 begins to say the colour space
        extension.replace(72, 4, little(offset, 4));
        extension.replace(76, 4, little(7, 4));
        return bmp_file(info_header({.extension = extension}), "", std::string(16, 'x') + "profile");
    };
    const std::string inside = with_profile(124 + 16);
    const std::string outside = with_profile(124 + 17);
    CHECK(text_of(read_bmp_header(bytes_of(inside))->profile) == "profile");
    CHECK(read_bmp_header(bytes_of(outside))->profile.empty());
}
