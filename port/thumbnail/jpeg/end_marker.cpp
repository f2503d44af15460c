#include "thumbnail/jpeg/end_marker.h"

#include "thumbnail/jpeg/segments.h"

namespace thumbnailer {

bool has_end_marker(Bytes jpeg) {
    if (text_of(jpeg).ends_with("\xff\xd9")) return true;
    SegmentReader reader(jpeg);
    while (const auto segment = reader.next())
        if (segment->marker == kEoi) return true;
    return false;
}

std::vector<std::byte> with_end_marker(Bytes jpeg) {
    std::vector<std::byte> whole(jpeg.begin(), jpeg.end());
    whole.insert(whole.end(), {std::byte{0xff}, std::byte{0xd9}});
    return whole;
}

} // namespace thumbnailer
