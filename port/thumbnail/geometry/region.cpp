#include "thumbnail/geometry/region.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace thumbnailer {

namespace {

std::string described(Size size) { return std::to_string(size.width) + " x " + std::to_string(size.height); }

// A tolerance for rounding errors: 0.7 + 0.3 may be more than 1.
constexpr double kSlack = 1e-9;

} // namespace

Result<Rect> region_of(Size image_size, const Output& output) {
    const Region& region = output.region;
    if (!region.given) return whole(image_size);
    const double across = region.fractions ? image_size.width : 1;
    const double down = region.fractions ? image_size.height : 1;
    const double right = (region.left + region.width) * across;
    const double bottom = (region.top + region.height) * down;
    if (right > image_size.width * (1 + kSlack) || bottom > image_size.height * (1 + kSlack))
        return Failure{.reason = Reason::bad_option,
                       .message = "region: it reaches to " + std::to_string(std::llround(right)) + ", " +
                                  std::to_string(std::llround(bottom)) + ", out of the image of " +
                                  described(image_size),
                       .option = "region"};
    Rect rect{static_cast<std::int32_t>(std::lround(region.left * across)),
              static_cast<std::int32_t>(std::lround(region.top * down)), 0, 0};
    rect.left = std::min(rect.left, image_size.width - 1);
    rect.top = std::min(rect.top, image_size.height - 1);
    rect.width = std::clamp(static_cast<std::int32_t>(std::lround(right)) - rect.left, 1, image_size.width - rect.left);
    rect.height =
        std::clamp(static_cast<std::int32_t>(std::lround(bottom)) - rect.top, 1, image_size.height - rect.top);
    return rect;
}

Rect within(const Rect& outer, const Rect& inner) {
    return {outer.left + inner.left, outer.top + inner.top, inner.width, inner.height};
}

Rect scaled_to(const Rect& rect, Size from, Size to) {
    if (from == to) return rect;
    const auto span = [](std::int32_t begin, std::int32_t length, std::int32_t outer, std::int32_t into) {
        const double scale = static_cast<double>(into) / outer;
        const auto first = std::clamp(static_cast<std::int32_t>(std::floor(begin * scale)), 0, into - 1);
        const auto last = std::clamp(static_cast<std::int32_t>(std::ceil((begin + length) * scale)), first + 1, into);
        return std::pair(first, last - first);
    };
    const auto [left, width] = span(rect.left, rect.width, from.width, to.width);
    const auto [top, height] = span(rect.top, rect.height, from.height, to.height);
    return {left, top, width, height};
}

} // namespace thumbnailer
