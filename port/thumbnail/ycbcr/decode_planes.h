// Decodes the planes of a source, no larger than its outputs need them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "job/job.h"
#include "thumbnail/geometry/plan.h"
#include "thumbnail/pixels/source_planes.h"
#include "thumbnail/ycbcr/resampler.h"

namespace thumbnailer {

// Whether a source may be decoded to planes: a JPEG, or a WebP that is one picture without alpha.
bool may_have_planes(const Header& header);

// An upper bound for the bytes of the decoded planes.
std::int64_t bytes_of_planes(const Header& header, std::span<const Plan> plans, Speed speed);

// Lanczos at best, and at balanced where half of a JPEG is less than twice the size of a thumbnail; spline otherwise.
Kernel kernel_for(Format format, std::span<const Plan> plans, Speed speed);

// What the outputs of a source need together.
struct PlanesWanted {
    std::span<const Plan> plans;
    Speed speed = Speed::balanced;
    std::int32_t rows = 0;      // of the source, from the top
    bool only_lossy = false;    // all outputs are lossy files, in planes themselves
    bool halved_chroma = false; // and have half of the chroma samples across and down
};

// nullopt if the source has no usable planes, or after an error or a warning of its decoder.
std::optional<SourcePlanes> decode_planes(Format format, Bytes source, const PlanesWanted& wanted);

} // namespace thumbnailer
