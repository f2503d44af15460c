// Decodes the planes of a source, no larger than its outputs need them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "job/job.h"
#include "thumbnail/geometry/plan.h"
#include "thumbnail/pixels/source_planes.h"

namespace thumbnailer {

// Whether a source may be stored as planes: a JPEG, or a WebP that is one picture without alpha.
bool may_have_planes(const Header& header);

// An upper bound for the bytes of the decoded planes.
std::int64_t bytes_of_planes(const Header& header, std::span<const Plan> plans, Speed speed);

// The planes for all outputs together, from the top to at least `rows` of the source. nullopt if it has no usable
// planes, or after an error or a warning of its decoder.
std::optional<SourcePlanes> decode_planes(Format format, Bytes source, std::span<const Plan> plans, Speed speed,
                                          std::int32_t rows);

} // namespace thumbnailer
