#include "thumbnail/scaled_image_cache.h"

#include <algorithm>

namespace thumbnailer {

namespace {

std::int64_t area(const Plan& plan) { return std::int64_t{plan.layout.scaled.width} * plan.layout.scaled.height; }

} // namespace

void Ladder::sort(std::vector<Plan>& plans) {
    std::ranges::stable_sort(plans, [](const Plan& one, const Plan& other) { return area(one) > area(other); });
}

bool Ladder::is_served(const std::vector<Plan>& plans, std::size_t position) {
    return std::any_of(plans.begin(), plans.begin() + static_cast<std::ptrdiff_t>(position),
                       [&](const Plan& before) { return serves(before.view, before.layout.scaled, plans[position]); });
}

std::optional<vips::VImage> Ladder::find(const Plan& plan) const {
    // The later, the smaller.
    for (auto rung = rungs_.rbegin(); rung != rungs_.rend(); ++rung)
        if (serves(rung->view, {rung->scaled.width(), rung->scaled.height()}, plan)) return rung->scaled;
    return std::nullopt;
}

} // namespace thumbnailer
