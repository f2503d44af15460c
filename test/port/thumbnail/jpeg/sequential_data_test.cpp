#include "thumbnail/jpeg/sequential_data.h"

#include <doctest/doctest.h>

#include <string>

#include "support/pixels.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

TEST_CASE("sequential data: a whole JPEG has all blocks, also with restarts and without subsampling") {
    for (const std::string options : {"", "[restart_interval=2]", "[subsample_mode=off]", "[optimize_coding]"}) {
        CAPTURE(options);
        CHECK(has_all_blocks(bytes_of(file_of(quadrants(100, 60), ".jpg" + options))));
    }
}

TEST_CASE("sequential data: without its last bytes it lacks a block, with one end marker or without") {
    const std::string jpeg = file_of(quadrants(100, 60), ".jpg");
    const std::string data = jpeg.substr(0, jpeg.size() - 2);
    CHECK(has_all_blocks(bytes_of(data)));
    for (std::size_t fewer = 2; fewer < data.size(); ++fewer) {
        const std::string cut = data.substr(0, data.size() - fewer);
        CHECK_FALSE(has_all_blocks(bytes_of(cut)));
        CHECK_FALSE(has_all_blocks(bytes_of(cut + "\xff\xd9")));
    }
}

TEST_CASE("sequential data: of a progressive JPEG nothing is known") {
    CHECK_FALSE(has_all_blocks(bytes_of(file_of(quadrants(100, 60), ".jpg[interlace]"))));
}
