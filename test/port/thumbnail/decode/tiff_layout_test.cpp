#include "thumbnail/decode/tiff_layout.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

using namespace thumbnailer;

namespace {

struct Entry {
    unsigned tag, type, value; // one value, in its place
};

std::string little(std::uint64_t value, std::size_t width) {
    std::string bytes;
    for (std::size_t index = 0; index < width; ++index) bytes.push_back(static_cast<char>(value >> (8 * index)));
    return bytes;
}

// Directories one behind the other, little endian.
std::string tiff(std::initializer_list<std::initializer_list<Entry>> directories) {
    std::string file = "II*" + std::string(1, '\0') + little(8, 4);
    std::size_t left = directories.size();
    for (const auto& entries : directories) {
        file += little(entries.size(), 2);
        for (const Entry& entry : entries)
            file += little(entry.tag, 2) + little(entry.type, 2) + little(1, 4) + little(entry.value, 4);
        file += little(--left == 0 ? 0 : file.size() + 4, 4);
    }
    return file;
}

constexpr unsigned kShort = 3, kLong = 4;

} // namespace

TEST_CASE("tiff layout: alpha is the channel that ExtraSamples says is alpha") {
    for (const auto& [kind, alpha] : {std::pair(0U, false), std::pair(1U, true), std::pair(2U, true)}) {
        const auto layout = tiff_layout(bytes_of(tiff({{{262, kShort, 2}, {277, kShort, 4}, {338, kShort, kind}}})), 0);
        REQUIRE(layout.has_value());
        CHECK(layout->alpha.has_value() == alpha);
        if (alpha) CHECK(*layout->alpha == 3);
    }
    CHECK_FALSE(tiff_layout(bytes_of(tiff({{{262, kShort, 2}, {277, kShort, 4}}})), 0)->alpha.has_value());
}

TEST_CASE("tiff layout: a first page that is a small copy leads to the largest page that is none") {
    const std::string file = tiff({{{254, kLong, 1}, {256, kLong, 40}, {257, kLong, 30}},
                                   {{256, kLong, 100}, {257, kLong, 75}},
                                   {{256, kLong, 400}, {257, kLong, 300}},
                                   {{254, kLong, 1}, {256, kLong, 800}, {257, kLong, 600}}});
    CHECK(tiff_layout(bytes_of(file), 0)->page == 2);
    CHECK(tiff_layout(bytes_of(file), 1)->page == 1);
}

TEST_CASE("tiff layout: what cannot be shown is named") {
    CHECK(tiff_layout(bytes_of(tiff({{{258, kShort, 16}, {339, kShort, 2}}})), 0)->refusal ==
          "signed samples of 16 bits");
    CHECK(tiff_layout(bytes_of(tiff({{{339, kShort, 6}}})), 0)->refusal == "complex samples");
    CHECK(tiff_layout(bytes_of(tiff({{{262, kShort, 6}, {259, kShort, 1}}})), 0)->refusal != "");
    CHECK(tiff_layout(bytes_of(tiff({{{262, kShort, 6}, {259, kShort, 7}}})), 0)->refusal == "");
}

TEST_CASE("tiff layout: directories in a circle, or cut anywhere, end") {
    std::string circle = tiff({{{254, kLong, 1}}});
    circle.replace(circle.size() - 4, 4, little(8, 4));
    CHECK(tiff_layout(bytes_of(circle), 0).has_value());
    const std::string whole = tiff({{{262, kShort, 6}, {277, kShort, 3}, {532, kLong, 9}, {330, kLong, 8}}});
    for (std::size_t length = 0; length < whole.size(); ++length) tiff_layout(bytes_of(whole.substr(0, length)), 3);
}
