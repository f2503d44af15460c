#include "thumbnail/steps/effects.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "thumbnail/pixels/colour.h"
#include "thumbnail/pixels/pixels.h"

namespace thumbnailer {

using vips::VImage;

namespace {

VImage greyscale(const VImage& image) {
    const bool deep = image.format() == VIPS_FORMAT_USHORT;
    return image.colourspace(deep ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W);
}

// In CIE LCh, like sharp's `modulate`: factors for lightness and chroma, an angle for hue.
VImage modulate(const VImage& image, const Output& output) {
    const VImage colours = as_rgb(image);
    std::vector<double> factors{output.brightness, output.saturation, 1};
    std::vector<double> offsets{0, 0, static_cast<double>(output.hue)};
    if (colours.has_alpha()) {
        factors.push_back(1);
        offsets.push_back(0);
    }
    return colours.colourspace(VIPS_INTERPRETATION_LCH)
        .linear(factors, offsets)
        .colourspace(colours.interpretation())
        .cast(colours.format());
}

// A factor for the distance of every sample from the middle grey.
VImage contrast(const VImage& image, double factor) {
    const std::size_t bands = static_cast<std::size_t>(image.bands());
    std::vector<double> factors(bands, factor);
    std::vector<double> offsets(bands, max_sample(image) / 2 * (1 - factor));
    if (image.has_alpha()) {
        factors.back() = 1;
        offsets.back() = 0;
    }
    return image.linear(factors, offsets).cast(image.format());
}

VImage blur(const VImage& image, double sigma) {
    if (!image.has_alpha()) return image.gaussblur(sigma);
    return image.premultiply().gaussblur(sigma).unpremultiply().cast(image.format());
}

// The fraction of the pixel at (x, y) inside a rectangle with rounded corners, 0 to 1.
double coverage(double x, double y, double width, double height, double radius) {
    const double across = std::max({radius - x, x - (width - radius), 0.0});
    const double down = std::max({radius - y, y - (height - radius), 0.0});
    return std::clamp(radius - std::hypot(across, down) + 0.5, 0.0, 1.0);
}

VImage mask(int width, int height, std::int32_t radius) {
    const int diameter = std::min(width, height);
    const bool circle = radius == kCircle;
    const int across = circle ? diameter : width;
    const int down = circle ? diameter : height;
    const double corner = circle ? diameter / 2.0 : std::min<double>(radius, diameter / 2.0);
    const int left = (width - across) / 2;
    const int top = (height - down) / 2;
    std::vector<std::uint8_t> covered(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < down; ++y)
        for (int x = 0; x < across; ++x)
            covered[static_cast<std::size_t>(top + y) * static_cast<std::size_t>(width) +
                    static_cast<std::size_t>(left + x)] =
                static_cast<std::uint8_t>(std::lround(255 * coverage(x + 0.5, y + 0.5, across, down, corner)));
    return image_from(covered.data(), width, height, VIPS_FORMAT_UCHAR);
}

} // namespace

VImage with_effects(const VImage& image, const Output& output) {
    VImage made = output.greyscale ? greyscale(image) : image;
    if (output.brightness != 1 || output.saturation != 1 || output.hue != 0) made = modulate(made, output);
    if (output.contrast != 1) made = contrast(made, output.contrast);
    if (output.blur > 0) made = blur(made, output.blur);
    if (output.sharpen > 0) made = made.sharpen(VImage::option()->set("sigma", output.sharpen));
    return made;
}

VImage rounded(const VImage& image, std::int32_t radius) {
    if (radius == 0) return image;
    const VImage whole = with_alpha(image);
    const int colours = whole.bands() - 1;
    const VImage alpha =
        (whole.extract_band(colours) * mask(whole.width(), whole.height(), radius) / 255.0).cast(whole.format());
    return whole.extract_band(0, VImage::option()->set("n", colours)).bandjoin(alpha);
}

} // namespace thumbnailer
