// The marker segments of a JPEG, read one after the other without decoding anything, and its frame header.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// ITU-T T.81, table B.1.
enum JpegMarker : std::uint64_t {
    kSof2 = 0xc2,
    kDht = 0xc4,
    kDac = 0xcc,
    kSoi = 0xd8,
    kEoi = 0xd9,
    kSos = 0xda,
    kDqt = 0xdb,
    kDnl = 0xdc,
    kDri = 0xdd,
};

// SOF0 to SOF15 without DHT, JPG and DAC.
constexpr bool is_frame_header(std::uint64_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

// Without a length: TEM, RST0 to RST7, SOI (ITU-T T.81, B.1.1.3).
constexpr bool stands_alone(std::uint64_t marker) { return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8); }

struct JpegSegment {
    std::uint64_t marker = 0;
    Bytes contents; // behind its length
    Bytes bytes;    // from the marker on, to the end of the contents
    Bytes data;     // of a scan: the entropy-coded bytes behind its header
};

// Every segment in turn, SOI and EOI included; nothing from where the file ends or is damaged. Entropy-coded bytes are
// only looked through for the marker that ends them.
class SegmentReader {
public:
    explicit SegmentReader(Bytes source) : source_(source), reader_(source) {}
    std::optional<JpegSegment> next();

private:
    Bytes source_;
    ByteReader reader_;
};

// The segments before the first scan, up to the end of the file or the first damage.
std::vector<JpegSegment> jpeg_segments(Bytes source);

// From the frame header (ITU-T T.81, B.2.2).
struct JpegFrame {
    Size size;
    int precision = 8; // bits per sample
    bool progressive = false;
    // The memory of a decoder for a progressive image: two bytes for each sample of all components until the last scan,
    // at any scale.
    std::int64_t coefficient_bytes = 0;
};

// nullopt if there is no complete frame header before the first scan.
std::optional<JpegFrame> jpeg_frame(Bytes source);

} // namespace thumbnailer
