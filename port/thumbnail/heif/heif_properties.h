// The properties of an item (ISO/IEC 23008-12, 6.5): its size, the configuration of its decoder, its colours, its
// rotation and crop.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "thumbnail/geometry/geometry.h"
#include "thumbnail/heif/heif_meta.h"
#include "thumbnail/yuv/nclx.h"

namespace thumbnailer {

// The part of a picture that is shown: fractions, the offset from centre to centre.
struct CleanAperture {
    std::int64_t width_n = 0, width_d = 1;
    std::int64_t height_n = 0, height_d = 1;
    std::int64_t right_n = 0, right_d = 1;
    std::int64_t down_n = 0, down_d = 1;
};

// A property that changes the picture. Transforms apply in order.
struct HeifTransform {
    enum class Kind : std::uint8_t { rotate, mirror, crop } kind;
    std::uint64_t value = 0; // rotate: quarters, against the clock; mirror: 0: top and bottom, 1: left and right
    CleanAperture aperture = {};
};

struct HeifProperties {
    std::optional<Size> size;
    Bytes decoder; // hvcC or av1C; empty: none
    Bytes profile; // ICC; empty: none
    std::optional<Nclx> nclx;
    std::uint64_t depth = 0; // bits of a sample; 0: not said
    std::uint64_t channels = 0;
    std::uint8_t operating_point = 0; // of an AV1 image in layers (a1op)
    std::string_view auxiliary_type;  // what an auxiliary image is for
    std::vector<HeifTransform> transforms;
};

// Fails with bad_image when one is damaged, and with unsupported_format when one is essential and not known here.
Result<HeifProperties> properties_of(const HeifMeta& meta, const HeifItem& item);

} // namespace thumbnailer
