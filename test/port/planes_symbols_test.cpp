#include "thumbnail/planes_symbols.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "thumbnail/jpeg_destination.h"

using namespace thumbnailer;

namespace {

// From flat to noise, by rows: blocks with no coefficient but the mean, and with all of them.
std::uint8_t sample(unsigned x, unsigned y, unsigned component) {
    const unsigned noise = (x * 2654435761U ^ y * 40503U * (component + 1)) >> 7;
    return static_cast<std::uint8_t>(x / 2 + y + noise % (1 + y / 3));
}

// A file of 120 x 104 pixels, whose symbols libjpeg counts by itself or has counted.
std::string file(int components, int quality, bool progressive, bool by_counter) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    JpegDestination destination;
    jpeg.dest = destination.manager();
    jpeg.image_width = 120;
    jpeg.image_height = 104;
    jpeg.input_components = components;
    jpeg.in_color_space = components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg.optimize_coding = TRUE;
    if (progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    SymbolCounter counter;
    if (by_counter) counter.attach(jpeg);
    while (jpeg.next_scanline < jpeg.image_height) {
        std::vector<JSAMPLE> row;
        for (unsigned x = 0; x < jpeg.image_width; ++x)
            for (unsigned component = 0; component < static_cast<unsigned>(components); ++component)
                row.push_back(sample(x, jpeg.next_scanline, component));
        JSAMPROW rows = row.data();
        jpeg_write_scanlines(&jpeg, &rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return std::string(text_of(destination.take().bytes()));
}

} // namespace

TEST_CASE("planes_symbols: the file is that of libjpeg's own count") {
    for (const int components : {1, 3})
        for (const int quality : {1, 30, 80, 95, 100})
            for (const bool progressive : {false, true}) {
                CAPTURE(components);
                CAPTURE(quality);
                CAPTURE(progressive);
                CHECK(file(components, quality, progressive, true) == file(components, quality, progressive, false));
            }
}
