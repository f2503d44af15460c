#include "thumbnail/steps/crop.h"

namespace thumbnailer {

using vips::VImage;

Place find_interesting(const VImage& image, Size size, Crop crop) {
    const VImage found =
        image.smartcrop(size.width, size.height,
                        VImage::option()->set("interesting", crop == Crop::entropy ? VIPS_INTERESTING_ENTROPY
                                                                                   : VIPS_INTERESTING_ATTENTION));
    // libvips stores the position of the crop in the origin of the image.
    return {-found.xoffset(), -found.yoffset()};
}

} // namespace thumbnailer
