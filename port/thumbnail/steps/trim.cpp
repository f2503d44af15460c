#include "thumbnail/steps/trim.h"

#include "thumbnail/pixels/colour.h"

namespace thumbnailer {

using vips::VImage;

namespace {

Rect found(const VImage& image, double threshold, const std::vector<double>& background) {
    int top = 0;
    int width = 0;
    int height = 0;
    const int left = image.find_trim(&top, &width, &height,
                                     VImage::option()->set("threshold", threshold)->set("background", background));
    if (width == 0 || height == 0) return {0, 0, image.width(), image.height()};
    return {left, top, width, height};
}

} // namespace

Rect find_content(const VImage& image, double threshold) {
    const VImage plain = to_srgb(image);
    std::vector<double> corner = plain.getpoint(0, 0);
    if (!plain.has_alpha()) return found(plain, threshold, corner);
    const int colours = plain.bands() - 1;
    const double alpha = corner.back();
    corner.pop_back();
    if (alpha == 0)
        return found(plain.extract_band(colours).copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_B_W)),
                     threshold, {0});
    return found(plain.flatten(VImage::option()->set("background", corner)), threshold, corner);
}

} // namespace thumbnailer
