#include "thumbnail/ycbcr/scaled_planes_cache.h"

#include <algorithm>
#include <cmath>

#include "thumbnail/geometry/orientation.h"

namespace thumbnailer {

namespace {

std::int32_t samples_along(std::int32_t length, std::int32_t subsampling) {
    return (length + subsampling - 1) / subsampling;
}

// Samples of an output for one pixel of the source, as both are stored.
struct Ratio {
    double across;
    double down;
};

Ratio ratio_of(const Plan& plan) {
    const Size scaled = turned(plan.layout.scaled, plan.view.orientation);
    const Size source = plan.view.as_stored();
    return {static_cast<double>(scaled.width) / source.width, static_cast<double>(scaled.height) / source.height};
}

// Where a plane of the output comes from, in pixels of the source as it is stored.
struct Origin {
    Area area;
    Size size; // in samples of the output, as it is stored
};

// Samples that stand for `subsampling` pixels may reach over the right and the lower edge of the picture as it is seen.
Origin origin_of(const Plan& plan, std::int32_t subsampling) {
    const Layout& layout = plan.layout;
    const int orientation = plan.view.orientation;
    const Size samples{samples_along(layout.kept.width, subsampling), samples_along(layout.kept.height, subsampling)};
    const Rect seen{layout.left, layout.top, samples.width * subsampling, samples.height * subsampling};
    const Rect rect = stored(seen, layout.scaled, orientation);
    const auto [across, down] = ratio_of(plan);
    return {{rect.left / across, rect.top / down, rect.width / across, rect.height / down},
            turned(samples, orientation)};
}

Area area_in(const SourcePlane& source, const Area& pixels) {
    return {(pixels.left - source.left) * source.across, (pixels.top - source.top) * source.down,
            pixels.width * source.across, pixels.height * source.down};
}

} // namespace

std::int32_t rows_for(const Plan& plan, std::int32_t subsampling) {
    const Origin origin = origin_of(plan, subsampling);
    const double pixels_for_one = origin.area.height / origin.size.height;
    constexpr double kCoarsest = 32; // rows that a sample of colour stands for at most, in an eighth of the size
    const double bottom = origin.area.top + origin.area.height + reach(std::max(pixels_for_one, kCoarsest));
    return std::min(plan.view.as_stored().height, static_cast<std::int32_t>(std::ceil(bottom)));
}

std::optional<std::vector<Plane>> PlanesLadder::planes_of(const Plan& plan, std::int32_t subsampling) {
    const Rung* rung = same(plan, subsampling);
    if (rung == nullptr) {
        if (!add(plan, subsampling)) return std::nullopt;
        rung = &rungs_.back();
    }
    std::vector<Plane> seen;
    for (const SourcePlane& each : rung->planes) seen.push_back(upright(each.plane, plan.view.orientation));
    return seen;
}

const PlanesLadder::Rung* PlanesLadder::same(const Plan& plan, std::int32_t subsampling) const {
    const auto found = std::ranges::find_if(rungs_, [&](const Rung& rung) {
        return rung.view == plan.view && rung.layout == plan.layout && rung.subsampling == subsampling;
    });
    return found == rungs_.end() ? nullptr : &*found;
}

// The smallest that leaves the resampler enough to work with; the later, the smaller.
const std::vector<SourcePlane>& PlanesLadder::source_for(const Plan& plan, std::int32_t subsampling) const {
    for (auto rung = rungs_.rbegin(); rung != rungs_.rend(); ++rung) {
        const bool has_all = !rung->layout.crops() && rung->subsampling <= subsampling;
        if (has_all && serves(rung->view, rung->layout.scaled, plan)) return rung->planes;
    }
    return source_;
}

// Both planes of colour have the same size, in the source as well.
bool PlanesLadder::add(const Plan& plan, std::int32_t subsampling) {
    const std::vector<SourcePlane>& source = source_for(plan, subsampling);
    const Ratio ratio = ratio_of(plan);
    Rung rung{plan.view, plan.layout, subsampling, {}};
    for (std::size_t index = 0; index < source.size(); ++index) {
        const std::int32_t samples_for = index == 0 ? 1 : subsampling;
        const Origin origin = origin_of(plan, samples_for);
        const SourcePlane& from = source[index];
        const Resampler* resampler =
            resamplers_.find({from.plane.size(), area_in(from, origin.area), origin.size, kernel_});
        auto plane = resampler == nullptr ? std::nullopt : (*resampler)(from.plane);
        if (!plane) return false;
        rung.planes.push_back({std::move(*plane), ratio.across / samples_for, ratio.down / samples_for,
                               origin.area.left, origin.area.top});
    }
    rungs_.push_back(std::move(rung));
    return true;
}

} // namespace thumbnailer
