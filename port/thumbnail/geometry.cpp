#include "geometry.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thumbnailer {

namespace {

// A side never vanishes, however flat the image is; and it stays a number, however far it is over every limit.
std::int32_t scaled_side(std::int32_t side, double scale) {
    return static_cast<std::int32_t>(std::lround(std::clamp(side * scale, 1.0, 1e9)));
}

Size scaled_by(Size size, double scale) { return {scaled_side(size.width, scale), scaled_side(size.height, scale)}; }

// A side that was not asked for follows from the image's shape.
Size box_of(Size source, const Output& output) {
    const double across = static_cast<double>(output.width) / source.width;
    const double down = static_cast<double>(output.height) / source.height;
    if (output.width == 0) return {scaled_side(source.width, down), output.height};
    if (output.height == 0) return {output.width, scaled_side(source.height, across)};
    return {output.width, output.height};
}

Layout whole(Size scaled) { return {.scaled = scaled, .kept = scaled, .canvas = scaled}; }

Layout cover(Size scaled, Size box) {
    const Size kept{std::min(scaled.width, box.width), std::min(scaled.height, box.height)};
    return {.scaled = scaled,
            .left = (scaled.width - kept.width) / 2,
            .top = (scaled.height - kept.height) / 2,
            .kept = kept,
            .canvas = kept};
}

Layout contain(Size scaled, Size box) {
    return {.scaled = scaled,
            .kept = scaled,
            .x = (box.width - scaled.width) / 2,
            .y = (box.height - scaled.height) / 2,
            .canvas = box};
}

} // namespace

Layout lay_out(Size source, const Output& output) {
    const Size box = box_of(source, output);
    const double most = output.enlarge ? std::numeric_limits<double>::infinity() : 1.0;
    const double across = static_cast<double>(box.width) / source.width;
    const double down = static_cast<double>(box.height) / source.height;
    const double within = std::min({across, down, most});
    const double around = std::min(std::max(across, down), most);
    switch (output.fit) {
    case Fit::fill:
        return whole(
            {scaled_side(source.width, std::min(across, most)), scaled_side(source.height, std::min(down, most))});
    case Fit::outside: return whole(scaled_by(source, around));
    case Fit::cover: return cover(scaled_by(source, around), box);
    case Fit::contain: return contain(scaled_by(source, within), box);
    case Fit::inside: break;
    }
    return whole(scaled_by(source, within));
}

std::int32_t shrink_on_load(Size source, Size scaled) {
    const std::int32_t left = std::min(source.width / scaled.width, source.height / scaled.height);
    return left >= 16 ? 8 : left >= 8 ? 4 : left >= 4 ? 2 : 1;
}

} // namespace thumbnailer
