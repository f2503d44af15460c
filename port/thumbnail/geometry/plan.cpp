#include "thumbnail/geometry/plan.h"

#include "thumbnail/geometry/orientation.h"

namespace thumbnailer {

namespace {

// As with shrink-on-load: twice the size is enough for the same result.
constexpr std::int32_t kMinOversampling = 2;

} // namespace

Size View::stored_size() const { return swap_if_sideways(oriented_size, orientation); }

bool suffices_for(const View& view, Size scaled, const Plan& plan) {
    return view == plan.view && scaled.width >= kMinOversampling * plan.layout.scaled.width &&
           scaled.height >= kMinOversampling * plan.layout.scaled.height;
}

} // namespace thumbnailer
