#include "thumbnail/jpeg/segments.h"

#include <algorithm>
#include <cstring>

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

// The length of what stands before the next marker that is not a restart; all of it when there is none.
std::size_t entropy_coded(Bytes bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const void* found = std::memchr(bytes.data() + at, 0xff, bytes.size() - at);
        if (found == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data());
        if (at + 1 == bytes.size()) break;
        const auto next = static_cast<std::uint8_t>(bytes[at + 1]);
        const bool stays = next == 0 || (next >= 0xd0 && next <= 0xd7);
        if (!stays && next != 0xff) return at;
        at += stays ? 2 : 1;
    }
    return bytes.size();
}

} // namespace

std::optional<JpegSegment> SegmentReader::next() {
    if (reader_.unsigned_of(1) != 0xff) return std::nullopt;
    auto marker = reader_.unsigned_of(1);
    while (marker == 0xff) marker = reader_.unsigned_of(1); // fill bytes
    if (!marker) return std::nullopt;
    JpegSegment segment{.marker = *marker, .contents = {}, .bytes = {}, .data = {}};
    const std::size_t begin = reader_.position() - 2;
    if (!stands_alone(*marker) && *marker != kEoi) {
        const auto length = reader_.unsigned_of(2);
        const auto contents = length && *length >= 2 ? reader_.take(*length - 2) : std::nullopt;
        if (!contents) return std::nullopt;
        segment.contents = *contents;
    }
    segment.bytes = source_.subspan(begin, reader_.position() - begin);
    if (*marker == kSos) segment.data = *reader_.take(entropy_coded(source_.subspan(reader_.position())));
    return segment;
}

std::vector<JpegSegment> jpeg_segments(Bytes source) {
    std::vector<JpegSegment> segments;
    SegmentReader reader(source);
    for (auto segment = reader.next(); segment; segment = reader.next()) {
        if (segment->marker == kSos || segment->marker == kEoi) break;
        if (!stands_alone(segment->marker)) segments.push_back(*segment);
    }
    return segments;
}

std::optional<JpegFrame> jpeg_frame(Bytes source) {
    for (const JpegSegment& segment : jpeg_segments(source))
        if (is_frame_header(segment.marker)) return frame_in(ByteReader(segment.contents), segment.marker);
    return std::nullopt;
}

} // namespace thumbnailer
