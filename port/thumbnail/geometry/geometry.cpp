#include "thumbnail/geometry/geometry.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thumbnailer {

namespace {

// A side is at least 1, also of a very flat image, and a valid number, also far above all limits.
std::int32_t scaled_side(std::int32_t side, double scale) {
    return static_cast<std::int32_t>(std::lround(std::clamp(side * scale, 1.0, 1e9)));
}

Size scaled_by(Size size, double scale) { return {scaled_side(size.width, scale), scaled_side(size.height, scale)}; }

// A missing side follows from the image's shape.
Size box_of(Size source, const Output& output) {
    const Size box{output.width == 0 ? 0 : scaled_side(output.width, output.dpr),
                   output.height == 0 ? 0 : scaled_side(output.height, output.dpr)};
    if (box.width == 0) return {scaled_side(source.width, static_cast<double>(box.height) / source.height), box.height};
    if (box.height == 0) return {box.width, scaled_side(source.height, static_cast<double>(box.width) / source.width)};
    return box;
}

Layout uncut(Size scaled) { return {.scaled = scaled, .crop = scaled, .canvas = scaled}; }

// The focus as near to the middle of the crop as the edges allow.
Place focused(Size image, const Rect& part, const Focus& focus, Size scaled, Size crop) {
    const double across = (focus.x * image.width - part.left) * scaled.width / part.width;
    const double down = (focus.y * image.height - part.top) * scaled.height / part.height;
    const auto begin = [](double middle, std::int32_t length, std::int32_t outer) {
        return std::clamp(static_cast<std::int32_t>(std::lround(middle - length / 2.0)), 0, outer - length);
    };
    return {begin(across, crop.width, scaled.width), begin(down, crop.height, scaled.height)};
}

Layout cover(Size image, const Rect& part, Size scaled, Size box, const Output& output) {
    const Size crop{std::min(scaled.width, box.width), std::min(scaled.height, box.height)};
    const Place place =
        output.focus.given ? focused(image, part, output.focus, scaled, crop) : placed(crop, scaled, output.gravity);
    return {.scaled = scaled, .left = place.x, .top = place.y, .crop = crop, .canvas = crop};
}

Layout contain(Size scaled, Size box, Gravity gravity) {
    const Place place = placed(scaled, box, gravity);
    return {.scaled = scaled, .crop = scaled, .x = place.x, .y = place.y, .canvas = box};
}

Layout lay_out_unpadded(Size image, const Rect& part, const Output& output) {
    const Size source = part.size();
    const Size box = box_of(source, output);
    const double most = output.enlarge ? std::numeric_limits<double>::infinity() : 1.0;
    // A derived side is rounded and must not affect the given side: a width of 150 stays 150.
    double across = static_cast<double>(box.width) / source.width;
    double down = static_cast<double>(box.height) / source.height;
    if (output.width == 0) across = down;
    if (output.height == 0) down = across;
    const double within = std::min({across, down, most});
    const double around = std::min(std::max(across, down), most);
    switch (output.fit) {
    case Fit::fill:
        return uncut(
            {scaled_side(source.width, std::min(across, most)), scaled_side(source.height, std::min(down, most))});
    case Fit::outside: return uncut(scaled_by(source, around));
    case Fit::cover: return cover(image, part, scaled_by(source, around), box, output);
    case Fit::contain: return contain(scaled_by(source, within), box, output.gravity);
    case Fit::inside: break;
    }
    return uncut(scaled_by(source, within));
}

} // namespace

Layout lay_out(Size image, const Rect& part, const Output& output) {
    Layout layout = lay_out_unpadded(image, part, output);
    layout.padding = {in_pixels(output.padding.top, output), in_pixels(output.padding.right, output),
                      in_pixels(output.padding.bottom, output), in_pixels(output.padding.left, output)};
    return layout;
}

Layout with_picture_of(const Layout& layout, Size picture, Gravity gravity) {
    if (picture == layout.crop) return layout;
    Layout changed = layout;
    const Size canvas{std::max(layout.canvas.width, picture.width), std::max(layout.canvas.height, picture.height)};
    changed.scaled = changed.crop = picture;
    changed.canvas = layout.pads() ? canvas : picture;
    const Place place = placed(picture, changed.canvas, gravity);
    changed.x = place.x;
    changed.y = place.y;
    return changed;
}

Place placed(Size inner, Size outer, Gravity gravity) {
    // In halves of the remaining space.
    constexpr Place kHalves[] = {{1, 1}, {1, 0}, {2, 0}, {2, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}, {0, 0}};
    const Place halves = kHalves[static_cast<std::size_t>(gravity)];
    return {(outer.width - inner.width) * halves.x / 2, (outer.height - inner.height) * halves.y / 2};
}

Size fit_within(Size size, std::int32_t side) {
    return scaled_by(size, std::min(1.0, static_cast<double>(side) / std::max(size.width, size.height)));
}

Rect united(const Rect& one, const Rect& other) {
    const std::int32_t left = std::min(one.left, other.left);
    const std::int32_t top = std::min(one.top, other.top);
    return {left, top, std::max(one.left + one.width, other.left + other.width) - left,
            std::max(one.top + one.height, other.top + other.height) - top};
}

Size in_square_pixels(Size size, double aspect) {
    if (std::abs(aspect - 1) < 0.01) return size;
    return aspect > 1 ? Size{scaled_side(size.width, aspect), size.height}
                      : Size{size.width, scaled_side(size.height, 1 / aspect)};
}

std::int32_t in_pixels(std::int32_t length, const Output& output) {
    return static_cast<std::int32_t>(std::lround(length * output.dpr));
}

Speed speed_of(const Output& output) {
    if (!output.linear) return output.speed;
    return output.speed == Speed::fast ? Speed::balanced : Speed::best;
}

std::optional<std::int32_t> min_oversampling(Speed speed) {
    if (speed == Speed::best) return std::nullopt;
    return speed == Speed::fast ? 1 : 2;
}

std::int32_t reduction(Size source, Size scaled) {
    return std::min(source.width / scaled.width, source.height / scaled.height);
}

std::int32_t shrink_on_load(Size source, Size scaled, Speed speed) {
    const auto oversampling = min_oversampling(speed);
    if (!oversampling) return 1;
    const std::int32_t most = reduction(source, scaled);
    const std::int32_t left = most / *oversampling;
    const std::int32_t shrink = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    return shrink > 1 && shrink == most ? shrink / 2 : shrink;
}

double scale_on_load(Size source, Size scaled, Speed speed) {
    const auto oversampling = min_oversampling(speed);
    if (!oversampling) return 1;
    const double across = static_cast<double>(scaled.width) / source.width;
    const double down = static_cast<double>(scaled.height) / source.height;
    return std::min(1.0, *oversampling * std::max(across, down));
}

} // namespace thumbnailer
