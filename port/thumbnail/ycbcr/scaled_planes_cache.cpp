#include "thumbnail/ycbcr/scaled_planes_cache.h"

#include <algorithm>
#include <cmath>

#include "thumbnail/geometry/orientation.h"

namespace thumbnailer {

namespace {

std::int32_t samples_along(std::int32_t length, std::int32_t subsampling) {
    return (length + subsampling - 1) / subsampling;
}

// The output's samples per pixel of the source, before the orientation is applied.
struct Ratio {
    double across;
    double down;
};

Ratio ratio_of(const Plan& plan) {
    const Size scaled = swap_if_sideways(plan.layout.scaled, plan.view.orientation);
    const Size source = plan.view.stored_size();
    return {static_cast<double>(scaled.width) / source.width, static_cast<double>(scaled.height) / source.height};
}

// The area of the source that a plane of the output is made from, in stored pixels.
struct Origin {
    Area area;
    Size size; // in samples of the output, before the orientation is applied
};

// Subsampled chroma may extend past the right and the lower edge of the oriented picture.
Origin origin_of(const Plan& plan, std::int32_t subsampling) {
    const Layout& layout = plan.layout;
    const int orientation = plan.view.orientation;
    const Size samples{samples_along(layout.crop.width, subsampling), samples_along(layout.crop.height, subsampling)};
    const Rect oriented{layout.left, layout.top, samples.width * subsampling, samples.height * subsampling};
    const Rect rect = stored_rect(oriented, layout.scaled, orientation);
    const auto [across, down] = ratio_of(plan);
    return {{rect.left / across, rect.top / down, rect.width / across, rect.height / down},
            swap_if_sideways(samples, orientation)};
}

Area area_in(const SourcePlane& source, const Area& pixels) {
    return {(pixels.left - source.left) * source.x_scale, (pixels.top - source.top) * source.y_scale,
            pixels.width * source.x_scale, pixels.height * source.y_scale};
}

} // namespace

std::int32_t rows_for(const Plan& plan, std::int32_t subsampling) {
    const Origin origin = origin_of(plan, subsampling);
    const double pixels_for_one = origin.area.height / origin.size.height;
    constexpr double kCoarsest = 32; // the maximum number of rows for a chroma sample, at an eighth of the size
    const double bottom = origin.area.top + origin.area.height + filter_support(std::max(pixels_for_one, kCoarsest));
    return std::min(plan.view.stored_size().height, static_cast<std::int32_t>(std::ceil(bottom)));
}

std::optional<std::vector<Plane>> ScaledPlanesCache::planes_of(const Plan& plan, std::int32_t subsampling) {
    const Entry* entry = same(plan, subsampling);
    if (entry == nullptr) {
        if (!add(plan, subsampling)) return std::nullopt;
        entry = &entries_.back();
    }
    std::vector<Plane> oriented;
    for (const SourcePlane& each : entry->planes)
        oriented.push_back(apply_orientation(each.plane, plan.view.orientation));
    return oriented;
}

const ScaledPlanesCache::Entry* ScaledPlanesCache::same(const Plan& plan, std::int32_t subsampling) const {
    const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
        return entry.view == plan.view && entry.layout == plan.layout && entry.subsampling == subsampling;
    });
    return found == entries_.end() ? nullptr : &*found;
}

// The smallest entry that suffices; entries become smaller from first to last.
const std::vector<SourcePlane>& ScaledPlanesCache::source_for(const Plan& plan, std::int32_t subsampling) const {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        const bool has_all = !entry->layout.crops() && entry->subsampling <= subsampling;
        if (has_all && suffices_for(entry->view, entry->layout.scaled, plan)) return entry->planes;
    }
    return source_;
}

// Both chroma planes have the same size, also in the source.
bool ScaledPlanesCache::add(const Plan& plan, std::int32_t subsampling) {
    const std::vector<SourcePlane>& source = source_for(plan, subsampling);
    const Ratio ratio = ratio_of(plan);
    Entry entry{plan.view, plan.layout, subsampling, {}};
    for (std::size_t index = 0; index < source.size(); ++index) {
        const std::int32_t samples_for = index == 0 ? 1 : subsampling;
        const Origin origin = origin_of(plan, samples_for);
        const SourcePlane& from = source[index];
        const Resampler* resampler =
            resamplers_.find({from.plane.size(), area_in(from, origin.area), origin.size, kernel_});
        auto plane = resampler == nullptr ? std::nullopt : (*resampler)(from.plane);
        if (!plane) return false;
        entry.planes.push_back({std::move(*plane), ratio.across / samples_for, ratio.down / samples_for,
                                origin.area.left, origin.area.top});
    }
    entries_.push_back(std::move(entry));
    return true;
}

} // namespace thumbnailer
