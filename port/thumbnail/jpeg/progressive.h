// The parts of a progressive JPEG, found without decoding it: entropy-coded bytes are only looked through for the
// marker that ends them. ITU-T T.81, annexes B and G.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

struct JpegComponent {
    std::uint64_t id = 0;
    std::int32_t across = 1; // sampling factors
    std::int32_t down = 1;
};

// What a scan has of one component: its place in the frame, and the table in force for its first coefficients, as it
// stands in the file: 16 counts and the symbols.
struct ScanPart {
    std::size_t component = 0;
    Bytes table;
};

struct Scan {
    std::vector<ScanPart> parts;
    std::uint64_t first = 0; // coefficients in zigzag order, the last included
    std::uint64_t last = 0;
    std::uint64_t refines = 0; // the bit that was the lowest before; 0: none was
    std::uint64_t lowest = 0;  // the lowest bit that is known after it
    std::uint64_t restart = 0; // units between two restart markers; 0: there are none
    Bytes tables;              // what stands between the scan before and this one
    Bytes header;              // from its marker on
    Bytes data;

    bool is_mean() const { return first == 0; } // of the blocks
};

// A marker with what belongs to it, outside of scans.
struct Segment {
    std::uint64_t marker = 0;
    Bytes bytes; // from the marker on
};

struct ProgressiveJpeg {
    Size size;
    std::vector<JpegComponent> components;
    std::int32_t across = 1; // the largest of the sampling factors
    std::int32_t down = 1;
    std::vector<Segment> head; // between the marker of the start and the first scan
    std::vector<Scan> scans;
};

// Nothing unless the source is a whole progressive JPEG of 8 bits and Huffman codes, from start to end marker, whose
// scans make sense: what is damaged is for the decoder to judge.
std::optional<ProgressiveJpeg> progressive_jpeg(Bytes source);

} // namespace thumbnailer
