#include "thumbnail/libjpeg/huffman_statistics.h"

#include <doctest/doctest.h>

#include <string>

#include "support/jpeg_of.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// From flat to noise, by rows: blocks with no AC coefficient, and with all of them.
std::uint8_t sample(unsigned x, unsigned y, unsigned component) {
    const unsigned noise = (x * 2654435761U ^ y * 40503U * (component + 1)) >> 7;
    return static_cast<std::uint8_t>(x / 2 + y + noise % (1 + y / 3));
}

Samples picture(int components) {
    Samples made{120, 104, components, {}};
    for (unsigned y = 0; y < made.height; ++y)
        for (unsigned x = 0; x < made.width; ++x)
            for (unsigned component = 0; component < static_cast<unsigned>(components); ++component)
                made.rows.push_back(sample(x, y, component));
    return made;
}

// A file whose symbols libjpeg counts by itself or has counted.
std::string file(int components, int quality, bool progressive, bool by_counter) {
    HuffmanStatistics counter;
    return jpeg_of(
        picture(components),
        [&](jpeg_compress_struct& jpeg) {
            jpeg_set_quality(&jpeg, quality, TRUE);
            jpeg.optimize_coding = TRUE;
            if (progressive) jpeg_simple_progression(&jpeg);
        },
        [&](jpeg_compress_struct& jpeg) {
            if (by_counter) counter.attach(jpeg);
        });
}

} // namespace

TEST_CASE("huffman statistics: the file is that of libjpeg's own count") {
    for (const int components : {1, 3})
        for (const int quality : {1, 30, 80, 95, 100})
            for (const bool progressive : {false, true}) {
                CAPTURE(components);
                CAPTURE(quality);
                CAPTURE(progressive);
                CHECK(file(components, quality, progressive, true) == file(components, quality, progressive, false));
            }
}
