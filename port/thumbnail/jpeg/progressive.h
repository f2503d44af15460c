// Finds the parts of a progressive JPEG without decoding it: entropy-coded bytes are only searched for the marker that
// ends them. ITU-T T.81, annexes B and G.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

struct JpegComponent {
    std::uint64_t id = 0;
    std::int32_t h_sampling = 1; // sampling factors
    std::int32_t v_sampling = 1;
};

// One component of a scan: its index in the frame, and its DC table as in the file: 16 counts and the symbols.
struct ScanComponent {
    std::size_t component = 0;
    Bytes table;
};

struct Scan {
    std::vector<ScanComponent> components;
    // As in the scan header (ITU-T T.81, B.2.3): start and end of the spectral selection, in zigzag order, the end
    // included; and the successive approximation bit positions, high (0: the first scan of these coefficients) and low.
    std::uint64_t ss = 0;
    std::uint64_t se = 0;
    std::uint64_t ah = 0;
    std::uint64_t al = 0;
    std::uint64_t restart_interval = 0; // MCUs between two restart markers; 0: there are none
    Bytes tables;                       // the segments between the previous scan and this one
    Bytes header;                       // including its marker
    Bytes data;

    bool is_dc() const { return ss == 0; }
};

// A marker with what belongs to it, outside of scans.
struct Segment {
    std::uint64_t marker = 0;
    Bytes bytes; // including the marker
};

struct ProgressiveJpeg {
    Size size;
    std::vector<JpegComponent> components;
    std::int32_t max_h_sampling = 1; // of the components
    std::int32_t max_v_sampling = 1;
    std::vector<Segment> head; // between the marker of the start and the first scan
    std::vector<Scan> scans;
};

// nullopt unless the source is a complete progressive JPEG with 8 bits and Huffman codes, from start to end marker,
// with valid scans. The decoder reports the errors of a damaged file.
std::optional<ProgressiveJpeg> progressive_jpeg(Bytes source);

} // namespace thumbnailer
