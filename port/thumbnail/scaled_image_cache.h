// Keeps the images that were scaled for an output. A later output of at most half the size is made from them, so a set
// of sizes takes little more time than its largest.
#pragma once

#include <optional>
#include <vector>
#include <vips/vips8>

#include "thumbnail/geometry/plan.h"

namespace thumbnailer {

class ScaledImageCache {
public:
    // Sorts the plans into the order in which they must be made.
    static void sort_largest_first(std::vector<Plan>& plans);
    // Whether the plan at `position` can be made from the image of an earlier plan.
    static bool is_made_from_earlier(const std::vector<Plan>& plans, std::size_t position);

    void add(const Plan& plan, const vips::VImage& scaled) { entries_.push_back({plan.view, scaled}); }
    // The smallest image from which the plan can be made; see suffices_for.
    std::optional<vips::VImage> find(const Plan& plan) const;

private:
    struct Entry {
        View view;
        vips::VImage scaled;
    };
    std::vector<Entry> entries_;
};

} // namespace thumbnailer
