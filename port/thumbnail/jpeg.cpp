#include "jpeg.h"

namespace thumbnailer {

namespace {

// SOF0 to SOF15 without DHT, JPG and DAC (ITU-T T.81, table B.1).
constexpr bool is_frame_header(unsigned marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}
constexpr bool stands_alone(unsigned marker) { return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8); }

} // namespace

std::optional<int> jpeg_precision(Bytes source) {
    const auto byte = [&](std::size_t at) { return std::to_integer<unsigned>(source[at]); };
    for (std::size_t at = 0; at + 4 < source.size();) {
        if (byte(at) != 0xff) return std::nullopt;
        const unsigned marker = byte(at + 1);
        if (is_frame_header(marker)) return static_cast<int>(byte(at + 4));
        if (marker == 0xda || marker == 0xd9) return std::nullopt; // pixels or the end came first
        if (marker == 0xff)
            ++at; // a fill byte
        else
            at += stands_alone(marker) ? 2 : 2 + (byte(at + 2) << 8 | byte(at + 3));
    }
    return std::nullopt;
}

} // namespace thumbnailer
