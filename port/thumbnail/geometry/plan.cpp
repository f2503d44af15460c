#include "thumbnail/geometry/plan.h"

#include <algorithm>
#include <cmath>

#include "thumbnail/geometry/orientation.h"

namespace thumbnailer {

namespace {

// As with shrink-on-load: twice the size is enough for the same result.
constexpr std::int32_t kMinOversampling = 2;

} // namespace

Size View::stored_size() const { return swap_if_sideways(oriented_size, orientation); }

Size whole_for(const View& view, Size scaled) {
    const auto side = [](std::int32_t all, std::int32_t part, std::int32_t wanted) {
        return static_cast<std::int32_t>(std::min(std::ceil(static_cast<double>(all) / part * wanted), 1e9));
    };
    return swap_if_sideways({side(view.oriented_size.width, view.part.width, scaled.width),
                             side(view.oriented_size.height, view.part.height, scaled.height)},
                            view.orientation);
}

Plan after_crop(const Plan& plan) {
    Plan after = plan;
    after.layout.scaled = plan.layout.crop;
    after.layout.left = after.layout.top = 0;
    return after;
}

Plan before_crop(const Plan& plan) {
    Plan before = plan;
    before.layout.crop = plan.layout.scaled;
    before.layout.left = before.layout.top = 0;
    return before;
}

bool suffices_for(const View& view, Size scaled, const Plan& plan) {
    return view == plan.view && scaled.width >= kMinOversampling * plan.layout.scaled.width &&
           scaled.height >= kMinOversampling * plan.layout.scaled.height;
}

} // namespace thumbnailer
