// What libvips does not say about a JPEG.
#pragma once

#include <cstdint>
#include <optional>

#include "../term.h"

namespace thumbnailer {

// From the frame header (ITU-T T.81, B.2.2).
struct JpegFrame {
    int precision = 8; // bits per sample
    bool progressive = false;
    // What a decoder holds of a progressive image until its last scan: two bytes for each sample of all components,
    // however small it is decoded.
    std::int64_t coefficient_bytes = 0;
};

// Nothing when there is no whole frame header before the first scan.
std::optional<JpegFrame> jpeg_frame(Bytes source);

} // namespace thumbnailer
