// In the place of thumbnail/ycbcr/ycbcr_pipeline.cpp in a program without the lane.
#include "thumbnail/ycbcr/ycbcr_pipeline.h"
#include "thumbnail/geometry/plan.h"
#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

class Resamplers {};

Lane::Lane() = default;
Lane::~Lane() = default;

bool Lane::takes(const Header&, std::span<const Plan>, Speed, const Limits&) { return false; }

std::vector<std::optional<PlanesFile>> Lane::make(Bytes, std::span<const Plan>, Speed) { return {}; }

} // namespace thumbnailer
