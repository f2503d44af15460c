// A JPEG that libjpeg itself makes, in ways that libvips has no options for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "thumbnail/libjpeg/jpeg_destination.h"

namespace thumbnailer::test {

struct Samples {
    unsigned width = 0;
    unsigned height = 0;
    int components = 3; // RGB, or 1: grey
    std::vector<JSAMPLE> rows;
};

// `prepare` is called before libjpeg starts, `started` when it has.
inline std::string jpeg_of(const Samples& samples, const std::function<void(jpeg_compress_struct&)>& prepare,
                           const std::function<void(jpeg_compress_struct&)>& started = {}) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    JpegDestination destination;
    jpeg.dest = destination.manager();
    jpeg.image_width = samples.width;
    jpeg.image_height = samples.height;
    jpeg.input_components = samples.components;
    jpeg.in_color_space = samples.components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    prepare(jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    if (started) started(jpeg);
    const std::size_t row = std::size_t{samples.width} * static_cast<std::size_t>(samples.components);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW next = const_cast<JSAMPROW>(samples.rows.data()) + jpeg.next_scanline * row;
        jpeg_write_scanlines(&jpeg, &next, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return std::string(text_of(destination.take().bytes()));
}

} // namespace thumbnailer::test
