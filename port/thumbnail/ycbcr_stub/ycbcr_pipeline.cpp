// Replaces thumbnail/ycbcr/ycbcr_pipeline.cpp in a program that is built without the fast path.
#include "thumbnail/ycbcr/ycbcr_pipeline.h"
#include "thumbnail/geometry/plan.h"
#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

class ResamplerCache {};

YcbcrPipeline::YcbcrPipeline() = default;
YcbcrPipeline::~YcbcrPipeline() = default;

bool YcbcrPipeline::can_make(const Header&, std::span<const Plan>, Speed, const Limits&) { return false; }

std::vector<YcbcrOutput> YcbcrPipeline::make(Format, Bytes, std::span<const Plan>, Speed) { return {}; }

} // namespace thumbnailer
