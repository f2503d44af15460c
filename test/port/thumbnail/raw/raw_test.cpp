#include "thumbnail/raw/raw.h"

#include <doctest/doctest.h>

#include "support/raw_bytes.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

struct Found {
    Size jpeg;
    std::int32_t orientation = 0;
    Size camera;
    bool operator==(const Found&) const = default;
};

// Nothing of it when the file is refused.
Found found_in(const std::string& file) {
    const auto picture = read_raw(bytes_of(file));
    return picture ? Found{picture->jpeg_size, picture->orientation, picture->file.size} : Found{};
}

} // namespace

TEST_CASE("dng: the large JPEG of a directory below is the picture, not the first directory's") {
    const std::string file = dng(6);
    CHECK(is_raw(bytes_of(file)));
    CHECK(found_in(file) == Found{{1024, 768}, 6, {4000, 3000}});
    const auto picture = read_raw(bytes_of(file));
    CHECK(picture->file.maker == "Maker");
    CHECK(picture->file.model == "Model 1");
    CHECK(picture->file.taken_at == "2026:11:20 16:50:00");
}

TEST_CASE("cr2: the JPEG in the strip of the first directory, which says the camera's size") {
    CHECK(found_in(cr2(8)) == Found{{5184, 3456}, 8, {5184, 3456}});
}

TEST_CASE("nef and arw: the JPEG that a directory points to, the size of the one with the samples") {
    CHECK(found_in(nef(3)) == Found{{4288, 2848}, 3, {4320, 2868}});
    CHECK(found_in(arw(1)) == Found{{1616, 1080}, 1, {6048, 4024}});
}

TEST_CASE("rw2: the JPEG in a tag, the size between the sensor's borders") {
    CHECK(found_in(rw2(6)) == Found{{1920, 1440}, 6, {4592, 3448}});
}

TEST_CASE("raf: the JPEG's own orientation applies, the size is that of the list") {
    CHECK(found_in(raf(8)) == Found{{1920, 1280}, 8, {6032, 4032}});
}

TEST_CASE("cr3: the JPEG of the first track, before the preview and the thumbnail") {
    CHECK(found_in(cr3(6, true)) == Found{{6000, 4000}, 6, {6000, 4000}});
    CHECK(found_in(cr3(6, false)) == Found{{1620, 1080}, 6, {6000, 4000}});
    CHECK(read_raw(bytes_of(cr3(1, true)))->file.taken_at == "2026:11:20 16:50:00");
}

TEST_CASE("a JPEG that the camera has turned itself is not turned again") {
    CHECK(found_in(nef(6, jpeg_header({2848, 4288}))) == Found{{2848, 4288}, 1, {4320, 2868}});
}

TEST_CASE("JPEGs that hold samples of the sensor are no pictures: lossless ones and those of 12 bits") {
    CHECK(found_in(nef(1, jpeg_header({4288, 2848}, '\xc3'))) == Found{{160, 120}, 1, {4320, 2868}});
    CHECK(found_in(nef(1, jpeg_header({4288, 2848}, '\xc1', 12))) == Found{{160, 120}, 1, {4320, 2868}});
}

TEST_CASE("a raw file without a JPEG is refused by name") {
    const std::string file = tiff(false, {{{0x106, 3, {32803}}, {0x100, 4, {4000}}, {0x101, 4, {3000}}}}, {});
    REQUIRE(is_raw(bytes_of(file)));
    CHECK(read_raw(bytes_of(file)).error().reason == Reason::unsupported_format);
}

TEST_CASE("a raw file that is cut short is a bad image, whatever is left of it") {
    for (const std::string& file : {dng(1), cr2(1), nef(1), arw(1), rw2(1), raf(1), cr3(1, true)}) {
        const std::string part = file.substr(0, file.size() - 1);
        const auto picture = read_raw(bytes_of(part));
        REQUIRE_FALSE(picture);
        CHECK(picture.error().reason == Reason::bad_image);
    }
}

TEST_CASE("a TIFF is no raw file, not even one with a JPEG in it") {
    CHECK_FALSE(is_raw(bytes_of(tiff(true, {{{0x103, 3, {7}}, {0x106, 3, {6}}, {0x100, 4, {10}}}}, {}))));
    CHECK_FALSE(is_raw(bytes_of(std::string("II*\0", 4))));
    CHECK_FALSE(is_raw(bytes_of("")));
}

TEST_CASE("directories that point to themselves or to nowhere end") {
    std::string loop = tiff(true, {{{0x106, 3, {32803}}, {0x14a, 4, {8}}}}, {});
    loop.replace(loop.size() - 4, 4, number(8, 4, true)); // the next one is the first again
    CHECK(is_raw(bytes_of(loop)));
    std::vector<std::uint64_t> many(1000, 0);
    for (std::size_t index = 0; index < many.size(); ++index) many[index] = 8 + index;
    CHECK(is_raw(bytes_of(tiff(true, {{{0x106, 3, {32803}}, {0x14a, 4, many}}}, {}))));
}
