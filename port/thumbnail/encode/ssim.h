// The structural similarity (SSIM) of two images. May throw vips::VError.
#pragma once

#include <vips/vips8>

namespace thumbnailer {

// The reference image of several comparisons, prepared once.
class SsimReference {
public:
    // An image of 8 bits, grey or sRGB; transparent parts are flattened on white.
    explicit SsimReference(const vips::VImage& image);

    // The mean SSIM of the luma of both (Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 13(4), 2004: Gaussian window with
    // sigma 1.5, K1 0.01, K2 0.03), 1 for equal images. `other` must have the same size.
    double ssim(const vips::VImage& other) const;

private:
    vips::VImage luma_;
    vips::VImage mean_;
    vips::VImage variance_;
};

} // namespace thumbnailer
