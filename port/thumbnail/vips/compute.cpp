#include "thumbnail/vips/compute.h"

#include <algorithm>
#include <cstring>

#include "thumbnail/vips/gobject.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr int kRows = 256; // at a time

bool is_in_memory(const VImage& image) {
    const VipsImageType kind = image.get_image()->dtype;
    return kind == VIPS_IMAGE_SETBUF || kind == VIPS_IMAGE_SETBUF_FOREIGN;
}

} // namespace

VImage empty_like(const VImage& image, int width, int height, int bands) {
    VImage made = VImage::new_memory();
    vips_image_init_fields(made.get_image(), width, height, bands, image.format(), VIPS_CODING_NONE,
                           image.interpretation(), image.xres(), image.yres());
    if (vips_image_write_prepare(made.get_image()) != 0) throw vips::VError();
    return made;
}

VImage computed(const VImage& image) {
    if (is_in_memory(image)) return image;
    VImage made = VImage::new_memory();
    if (vips_image_pipelinev(made.get_image(), VIPS_DEMAND_STYLE_ANY, image.get_image(), nullptr) != 0 ||
        vips_image_write_prepare(made.get_image()) != 0)
        throw vips::VError();
    const GObjectPtr<VipsRegion> region(vips_region_new(image.get_image()));
    if (!region) throw vips::VError();
    const std::size_t length = VIPS_IMAGE_SIZEOF_LINE(image.get_image());
    for (int top = 0; top < image.height(); top += kRows) {
        const VipsRect rows{0, top, image.width(), std::min(kRows, image.height() - top)};
        if (vips_region_prepare(region.get(), &rows) != 0) throw vips::VError();
        for (int y = top; y < top + rows.height; ++y)
            std::memcpy(VIPS_IMAGE_ADDR(made.get_image(), 0, y), VIPS_REGION_ADDR(region.get(), 0, y), length);
    }
    return made;
}

} // namespace thumbnailer
