#include "thumbnail/decode/pyramid.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

TEST_CASE("pyramid: the smallest level that is not smaller than the target is chosen") {
    for (const bool subifd : {false, true}) {
        CAPTURE(subifd);
        const std::string file =
            file_of(quadrants(1600, 1200), subifd ? ".tif[tile,pyramid,subifd]" : ".tif[tile,pyramid]");
        const auto level = [&](Size scaled) -> int {
            const auto found = pyramid_level(bytes_of(file), 0, scaled);
            if (!found) return 0;
            return subifd ? found->subifd + 1 : found->page;
        };
        CHECK(level({1600, 1200}) == 0);
        CHECK(level({801, 600}) == 0);
        CHECK(level({800, 600}) == 1);
        CHECK(level({300, 225}) == 2);
    }
}

TEST_CASE("pyramid: pages of another size are no levels") {
    CHECK(!pyramid_level(bytes_of(file_of(quadrants(1600, 1200), ".tif")), 0, {100, 75}));
    vips::VImage pages = filled(80, 120, kRed).copy();
    pages.set(VIPS_META_PAGE_HEIGHT, 60);
    CHECK(!pyramid_level(bytes_of(file_of(pages, ".tif")), 0, {20, 15}));
}

TEST_CASE("pyramid: the thumbnail of a pyramid is the picture") {
    for (const char* suffix : {".tif[tile,pyramid]", ".tif[tile,pyramid,subifd]"})
        check_quadrants(make(file_of(quadrants(1600, 1200), suffix), {box(300, 300)}).image());
}

TEST_CASE("pyramid: a second page that is damaged does not cost the first") {
    vips::VImage pages = filled(80, 120, kRed).copy();
    pages.set(VIPS_META_PAGE_HEIGHT, 60);
    std::string file = file_of(pages, ".tif");
    // The first directory points to the second by the four bytes behind its entries.
    const auto at = [&](std::size_t offset, std::size_t bytes) {
        std::size_t value = 0;
        for (std::size_t index = bytes; index-- > 0;)
            value = value << 8 | static_cast<unsigned char>(file[offset + index]);
        return value;
    };
    REQUIRE(file.starts_with("II"));
    const std::size_t first = at(4, 4);
    const std::size_t next = first + 2 + at(first, 2) * 12;
    const std::size_t second = at(next, 4);
    REQUIRE(second != 0);
    for (std::size_t byte = second + 2; byte < std::min(second + 60, file.size()); ++byte) file[byte] = '\xff';
    CHECK(!pyramid_level(bytes_of(file), 0, {20, 15}));
}
