// The configuration of an HEVC decoder for an item (ISO/IEC 14496-15, 8.3.3.1), and the units that it decodes.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "thumbnail/yuv/coded_format.h"

namespace thumbnailer {

struct HevcConfig {
    std::vector<Bytes> units;     // parameter sets
    std::size_t length_bytes = 4; // of the length before each unit of an image
    CodedFormat format;           // by the sequence parameter set (ITU-T H.265, 7.3.2.2)
};

// From the contents of an hvcC box. Fails with bad_image.
Result<HevcConfig> read_hevc_config(Bytes contents);

// The units of an image, each with its length before it. Fails with bad_image, also when one of them brings a parameter
// set for pictures of another format: a decoder would use it.
Result<std::vector<Bytes>> hevc_units(Bytes data, const HevcConfig& config);

} // namespace thumbnailer
