#include "thumbnail/scaled_image_cache.h"

#include <algorithm>

namespace thumbnailer {

namespace {

std::int64_t area(const Plan& plan) { return std::int64_t{plan.layout.scaled.width} * plan.layout.scaled.height; }

} // namespace

void ScaledImageCache::sort_largest_first(std::vector<Plan>& plans) {
    std::ranges::stable_sort(plans, [](const Plan& one, const Plan& other) { return area(one) > area(other); });
}

bool ScaledImageCache::is_made_from_earlier(const std::vector<Plan>& plans, std::size_t position) {
    return std::any_of(plans.begin(), plans.begin() + static_cast<std::ptrdiff_t>(position), [&](const Plan& before) {
        return suffices_for(before.view, before.layout.scaled, plans[position]);
    });
}

std::optional<vips::VImage> ScaledImageCache::find(const Plan& plan) const {
    // Entries become smaller from first to last.
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
        if (suffices_for(entry->view, {entry->scaled.width(), entry->scaled.height()}, plan)) return entry->scaled;
    return std::nullopt;
}

} // namespace thumbnailer
