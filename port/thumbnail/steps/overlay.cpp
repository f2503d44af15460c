#include "thumbnail/steps/overlay.h"

#include <algorithm>
#include <cmath>

#include "thumbnail/pixels/colour.h"

namespace thumbnailer {

using vips::VImage;

namespace {

VImage faded(const VImage& image, double opacity) {
    VImage whole = with_alpha(as_rgb(image));
    if (opacity == 1) return whole;
    return whole.linear({1, 1, 1, opacity}, {0, 0, 0, 0}).cast(whole.format());
}

} // namespace

Size overlay_size(Size image, Size canvas, const Output& output) {
    const double scale =
        std::min(canvas.width * output.overlay_scale / image.width, static_cast<double>(canvas.height) / image.height);
    const auto side = [&](std::int32_t length, std::int32_t most) {
        return std::clamp(static_cast<std::int32_t>(std::lround(length * scale)), 1, most);
    };
    return {side(image.width, canvas.width), side(image.height, canvas.height)};
}

VImage with_overlay(const VImage& image, const VImage& overlay, const Output& output) {
    const VImage below = as_rgb(image);
    const Place place =
        placed({overlay.width(), overlay.height()}, {below.width(), below.height()}, output.overlay_gravity);
    VImage above = faded(overlay, output.overlay_opacity);
    if (below.format() == VIPS_FORMAT_USHORT) above = at_depth(above, 16);
    const VImage both = below
                            .composite2(above, VIPS_BLEND_MODE_OVER,
                                        VImage::option()
                                            ->set("x", place.x)
                                            ->set("y", place.y)
                                            ->set("compositing_space", below.interpretation()))
                            .cast(below.format());
    // An opaque picture stays opaque under any overlay.
    return below.has_alpha() ? both : both.extract_band(0, VImage::option()->set("n", 3));
}

} // namespace thumbnailer
