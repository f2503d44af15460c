// In the place of lane.cpp in a program without the lane.
#include "lane.h"
#include "planes.h"

namespace thumbnailer {

class Resamplers {};

Lane::Lane() = default;
Lane::~Lane() = default;

bool Lane::takes(const Header&, const Plan&, Speed, const Limits&) { return false; }

std::optional<PlanesFile> Lane::make(const Header&, Bytes, const Plan&, Speed) { return std::nullopt; }

} // namespace thumbnailer
