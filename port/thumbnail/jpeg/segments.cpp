#include "thumbnail/jpeg/segments.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace thumbnailer {

namespace {

// SOF2, 6, 10 and 14.
constexpr bool is_progressive(std::uint64_t marker) { return (marker & 3) == 2; }

std::optional<JpegFrame> frame_in(ByteReader segment, std::uint64_t marker) {
    const auto precision = segment.unsigned_of(1);
    const auto height = segment.unsigned_of(2);
    const auto width = segment.unsigned_of(2);
    const auto components = segment.unsigned_of(1);
    if (!components) return std::nullopt;
    std::uint64_t samples = 0; // of one MCU, in units of 64
    std::uint64_t densest = 1;
    for (std::uint64_t index = 0; index < *components; ++index) {
        const auto component = segment.unsigned_of(3);
        if (!component) return std::nullopt;
        const std::uint64_t across = *component >> 12 & 15;
        const std::uint64_t down = *component >> 8 & 15;
        samples += across * down;
        densest = std::max(densest, across * down);
    }
    return JpegFrame{{static_cast<std::int32_t>(*width), static_cast<std::int32_t>(*height)},
                     static_cast<int>(*precision),
                     is_progressive(marker),
                     static_cast<std::int64_t>(2 * *width * *height * samples / densest)};
}

} // namespace

std::vector<JpegSegment> jpeg_segments(Bytes source) {
    std::vector<JpegSegment> segments;
    ByteReader reader(source);
    while (reader.unsigned_of(1) == 0xff) {
        auto marker = reader.unsigned_of(1);
        while (marker == 0xff) marker = reader.unsigned_of(1);    // fill bytes
        if (!marker || *marker == 0xda || *marker == 0xd9) break; // pixels or the end
        if (stands_alone(*marker)) continue;
        const auto length = reader.unsigned_of(2);
        if (!length || *length < 2) break;
        const auto contents = reader.take(*length - 2);
        if (!contents) break;
        segments.push_back({*marker, *contents});
    }
    return segments;
}

std::optional<JpegFrame> jpeg_frame(Bytes source) {
    for (const JpegSegment& segment : jpeg_segments(source))
        if (is_frame_header(segment.marker)) return frame_in(ByteReader(segment.contents), segment.marker);
    return std::nullopt;
}

} // namespace thumbnailer
