#include "thumbnail/steps/canvas.h"

#include "thumbnail/pixels/colour.h"

namespace thumbnailer {

using vips::VImage;

VImage on_canvas(const VImage& image, Place place, Size canvas, Colour background) {
    VImage colours = as_rgb(image);
    if (background.alpha != 255) colours = with_alpha(colours);
    return colours.embed(
        place.x, place.y, canvas.width, canvas.height,
        VImage::option()->set("extend", VIPS_EXTEND_BACKGROUND)->set("background", ink(colours, background)));
}

VImage flattened(const VImage& image, Colour background) {
    if (!image.has_alpha()) return image;
    const VImage colours = as_rgb(image);
    std::vector<double> behind = ink(colours, background);
    behind.pop_back();
    return colours.flatten(VImage::option()->set("background", behind)->set("max_alpha", max_sample(colours)));
}

} // namespace thumbnailer
