#include "thumbnail/encode/ssim.h"

#include "thumbnail/pixels/colour.h"
#include "thumbnail/steps/canvas.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr double kC1 = (0.01 * 255) * (0.01 * 255);
constexpr double kC2 = (0.03 * 255) * (0.03 * 255);

// In floats; BT.601's weights, as JPEG has them.
VImage luma_of(const VImage& image) {
    const VImage opaque = flattened(to_srgb(image), {});
    if (opaque.bands() == 1) return opaque.cast(VIPS_FORMAT_FLOAT).copy_memory();
    const VImage weights = VImage::new_matrixv(3, 1, 0.299, 0.587, 0.114);
    return opaque.recomb(weights).cast(VIPS_FORMAT_FLOAT).copy_memory();
}

VImage window(const VImage& image) {
    return image.gaussblur(1.5, VImage::option()->set("precision", VIPS_PRECISION_FLOAT)).copy_memory();
}

VImage variance_of(const VImage& image, const VImage& mean) {
    return (window(image * image) - mean * mean).copy_memory();
}

} // namespace

SsimReference::SsimReference(const VImage& image)
    : luma_(luma_of(image)), mean_(window(luma_)), variance_(variance_of(luma_, mean_)) {}

double SsimReference::ssim(const VImage& other) const {
    const VImage luma = luma_of(other);
    const VImage mean = window(luma);
    const VImage covariance = window(luma_ * luma) - mean_ * mean;
    const VImage above = (mean_ * mean * 2 + kC1) * (covariance * 2 + kC2);
    const VImage below = (mean_ * mean_ + mean * mean + kC1) * (variance_ + variance_of(luma, mean) + kC2);
    return (above / below).avg();
}

} // namespace thumbnailer
