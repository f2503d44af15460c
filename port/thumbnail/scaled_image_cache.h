// Smaller thumbnails from larger ones: what one output had scaled serves every later one that is at most half as large,
// so that a set of sizes costs little more than its largest.
#pragma once

#include <optional>
#include <vector>
#include <vips/vips8>

#include "thumbnail/geometry/plan.h"

namespace thumbnailer {

class ScaledImageCache {
public:
    // Puts the plans in the order in which they are to be made: the largest first.
    static void sort_largest_first(std::vector<Plan>& plans);
    // Whether a plan finds what it needs in what the ones before it leave.
    static bool is_made_from_earlier(const std::vector<Plan>& plans, std::size_t position);

    void add(const Plan& plan, const vips::VImage& scaled) { entries_.push_back({plan.view, scaled}); }
    // The smallest image of the view that leaves the resampler enough to work with.
    std::optional<vips::VImage> find(const Plan& plan) const;

private:
    struct Entry {
        View view;
        vips::VImage scaled;
    };
    std::vector<Entry> entries_;
};

} // namespace thumbnailer
