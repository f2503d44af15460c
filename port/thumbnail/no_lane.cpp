// In the place of lane.cpp in a program without the lane.
#include "lane.h"
#include "planes.h"
#include "render.h"

namespace thumbnailer {

class Resamplers {};

Lane::Lane() = default;
Lane::~Lane() = default;

bool Lane::takes(const Header&, std::span<const Plan>, Speed, const Limits&) { return false; }

std::vector<std::optional<PlanesFile>> Lane::make(Bytes, std::span<const Plan>, Speed) { return {}; }

} // namespace thumbnailer
