#include "thumbnail/decode/preview.h"

#include <doctest/doctest.h>

#include "support/make.h"
#include "thumbnail/decode/load.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

std::string number(std::uint64_t value, std::size_t width, bool little) {
    std::string bytes(width, '\0');
    for (std::size_t index = 0; index < width; ++index)
        bytes[little ? index : width - 1 - index] = static_cast<char>(value >> 8 * index);
    return bytes;
}

struct Entry {
    std::uint64_t tag;
    std::uint64_t type; // 3: 16 bits, 4: 32 bits, 7: bytes
    std::uint64_t count;
    std::uint64_t value;
};

// A directory, and where the next one stands.
std::string directory(const std::vector<Entry>& entries, std::uint64_t next, bool little) {
    std::string bytes = number(entries.size(), 2, little);
    for (const Entry& entry : entries) {
        bytes += number(entry.tag, 2, little) + number(entry.type, 2, little) + number(entry.count, 4, little);
        const std::string value = number(entry.value, entry.type == 3 ? 2 : 4, little);
        bytes += value + std::string(4 - value.size(), '\0');
    }
    return bytes + number(next, 4, little);
}

std::string segment(char marker, const std::string& contents) {
    return std::string{'\xff', marker} + number(contents.size() + 2, 2, false) + contents;
}

std::string order(bool little) { return (little ? "II" : "MM") + number(42, 2, little) + number(8, 4, little); }

std::string exif(const std::string& preview, int orientation = 1, bool little = false, int own_orientation = 0) {
    const std::string first_of = directory({{0x0112, 3, 1, static_cast<std::uint64_t>(orientation)}}, 0, little);
    const std::uint64_t second = 8 + first_of.size();
    std::vector<Entry> entries{{0x0103, 3, 1, 6}, {0x0201, 4, 1, 0}, {0x0202, 4, 1, preview.size()}};
    if (own_orientation != 0)
        entries.insert(entries.begin() + 1, {0x0112, 3, 1, static_cast<std::uint64_t>(own_orientation)});
    const std::uint64_t data = second + directory(entries, 0, little).size();
    entries[entries.size() - 2].value = data;
    const std::string first = directory({{0x0112, 3, 1, static_cast<std::uint64_t>(orientation)}}, second, little);
    return segment('\xe1',
                   std::string("Exif\0\0", 6) + order(little) + first + directory(entries, 0, little) + preview);
}

std::string with_segment(const std::string& file, const std::string& added) {
    return file.substr(0, 2) + added + file.substr(2);
}

// A file with a second image behind it, which its MPF calls `type`.
std::string with_mpf(const std::string& file, const std::string& second, std::uint64_t type) {
    const auto mpf = [&](std::uint64_t offset) {
        const std::uint64_t entries = 8 + 2 + 2 * 12 + 4;
        return segment('\xe2', std::string("MPF\0", 4) + order(false) +
                                   directory({{0xb001, 4, 1, 2}, {0xb002, 7, 32, entries}}, 0, false) +
                                   number(0x030000, 4, false) + number(file.size(), 4, false) + number(0, 8, false) +
                                   number(type, 4, false) + number(second.size(), 4, false) + number(offset, 4, false) +
                                   number(0, 4, false));
    };
    const std::size_t order_at = 2 + 4 + 4; // behind the start, the marker with its length, and the name
    const std::string first = with_segment(file, mpf(0));
    return with_segment(file, mpf(first.size() - order_at)) + second;
}

std::string jpeg_of(const VImage& image) {
#if VIPS_MAJOR_VERSION == 8 && VIPS_MINOR_VERSION < 15
    return file_of(image, ".jpg[Q=95,strip]");
#else
    return file_of(image, ".jpg[Q=95,keep=none]");
#endif
}

const std::string& picture() {
    static const std::string file = jpeg_of(quadrants(640, 480));
    return file;
}

// A preview in another colour shows whether it was taken.
std::string preview(int width, int height) { return jpeg_of(filled(width, height, {255, 0, 255, 255})); }

bool is_taken(const std::string& file, const Output& output) {
    const VImage image = make(file, {output}).image();
    const bool taken = near(pixel(image, 0.25, 0.25), {255, 0, 255, 255}, 12);
    if (!taken) check_quadrants(image, 25);
    return taken;
}

Output allowing(std::int32_t width, Output output = {}) {
    output.width = width;
    output.format = Target::png;
    output.preview = Preview::allow;
    return output;
}

} // namespace

TEST_CASE("preview: the thumbnail of EXIF is taken where it suffices, in either byte order") {
    for (const bool little : {false, true}) {
        const std::string file = with_segment(picture(), exif(preview(160, 120), 1, little));
        CHECK(is_taken(file, allowing(160)));
        CHECK(is_taken(file, allowing(40)));
        CHECK(!is_taken(file, allowing(161)));
        CHECK(make(file, {allowing(100)}).image().height() == 75);
    }
}

TEST_CASE("preview: none is taken unless it is allowed, nor where everything is wanted") {
    const std::string file = with_segment(picture(), exif(preview(160, 120)));
    CHECK(!is_taken(file, box(40, 0)));
    CHECK(!is_taken(file, allowing(40, with(&Output::speed, Speed::best))));
    CHECK(!is_taken(file, allowing(40, with(&Output::linear, true))));
    CHECK(!is_taken(file, allowing(40, with(&Output::metadata, Metadata::all))));
}

TEST_CASE("preview: one of another shape or orientation is none") {
    CHECK(!is_taken(with_segment(picture(), exif(preview(160, 90))), allowing(40)));
    CHECK(!is_taken(with_segment(picture(), exif(preview(120, 160))), allowing(40)));
    CHECK(!is_taken(with_segment(picture(), exif(preview(640, 480))), allowing(40)));
    CHECK(!is_taken(with_segment(picture(), exif(preview(160, 120), 1, false, 3)), allowing(40)));
    CHECK(is_taken(with_segment(picture(), exif(preview(160, 120), 1, false, 1)), allowing(40)));
}

TEST_CASE("preview: it is turned as the picture is") {
    const std::string file = with_segment(picture(), exif(preview(160, 120), 6));
    const VImage image = make(file, {allowing(60)}).image();
    CHECK(image.width() == 60);
    CHECK(image.height() == 80);
}

TEST_CASE("preview: of a picture with a colour profile it is none, as it has lost that") {
    const VImage profiled = quadrants(640, 480).icc_transform("srgb", VImage::option()->set("input_profile", "srgb"));
    const std::string file = file_of(profiled, ".jpg[Q=95]");
    REQUIRE(read_header({}, Format::jpeg, bytes_of(file)).profile != 0);
    CHECK(!is_taken(with_segment(file, exif(preview(160, 120))), allowing(40)));
}

TEST_CASE("preview: a large thumbnail of an MPF is taken, a gain map never") {
    CHECK(is_taken(with_mpf(picture(), preview(320, 240), 0x010001), allowing(300)));
    CHECK(is_taken(with_mpf(picture(), preview(320, 240), 0x010002), allowing(300)));
    CHECK(!is_taken(with_mpf(picture(), preview(320, 240), 0x000000), allowing(300)));
    CHECK(!is_taken(with_mpf(picture(), preview(320, 240), 0x050000), allowing(300)));
}

TEST_CASE("preview: the smallest that suffices is taken") {
    const std::string both = with_segment(with_mpf(picture(), preview(320, 240), 0x010001), exif(preview(160, 120)));
    // The EXIF before it has moved the image that the MPF points to along with the MPF itself.
    const Header header = read_header({}, Format::jpeg, bytes_of(both));
    CHECK(preview_of(header, bytes_of(both), {100, 75})->size() == preview(160, 120).size());
    CHECK(preview_of(header, bytes_of(both), {200, 150})->size() == preview(320, 240).size());
}

TEST_CASE("preview: one that is damaged costs nothing but itself") {
    const std::string sound = preview(160, 120);
    const std::string damaged = sound.substr(0, sound.size() / 2) + std::string(sound.size() / 2, '\0');
    CHECK(!is_taken(with_segment(picture(), exif(sound.substr(0, sound.size() / 2))), allowing(40)));
    CHECK(make(with_segment(picture(), exif(damaged)), {allowing(40)}).job_result.failed == 0);
}

TEST_CASE("preview: bytes that are changed at random never do harm") {
    const std::string sound = with_segment(with_mpf(picture(), preview(320, 240), 0x010001), exif(preview(160, 120)));
    const Header header = read_header({}, Format::jpeg, bytes_of(sound));
    std::uint32_t dice = 1;
    const auto thrown = [&](std::size_t sides) {
        dice = dice * 1664525 + 1013904223;
        return static_cast<std::size_t>(dice >> 8) % sides;
    };
    int found = 0;
    for (int round = 0; round < 5000; ++round) {
        std::string file = sound;
        for (std::size_t times = 1 + thrown(4); times > 0; --times)
            file[2 + thrown(200)] = static_cast<char>(thrown(256));
        found += preview_of(header, bytes_of(file), {100, 75}) ? 1 : 0;
    }
    CHECK(found > 0);
}
