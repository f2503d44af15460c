#include "thumbnail/geometry/plan.h"

#include "thumbnail/geometry/orientation.h"

namespace thumbnailer {

namespace {

// As with shrink-on-load: twice the size is enough for the same result.
constexpr std::int32_t kMinOversampling = 2;

} // namespace

Size View::stored_size() const { return swap_if_sideways(oriented_size, orientation); }

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
