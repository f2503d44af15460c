#include "thumbnail/pixels/pixels.h"

#include "thumbnail/pixels/colour.h"

namespace thumbnailer {

Pixels pixels_of(const vips::VImage& image) {
    const vips::VImage whole = with_alpha(as_rgb(to_srgb(image)));
    std::size_t size = 0;
    void* memory = whole.write_to_memory(&size);
    const auto* bytes = static_cast<const std::uint8_t*>(memory);
    Pixels pixels{whole.width(), whole.height(), {bytes, bytes + size}};
    g_free(memory);
    return pixels;
}

vips::VImage image_from(const void* samples, int width, int height, VipsBandFormat format) {
    const std::size_t size =
        static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * vips_format_sizeof(format);
    // VImage's name for this differs between versions.
    VipsImage* image = vips_image_new_from_memory_copy(samples, size, width, height, 1, format);
    if (image == nullptr) throw vips::VError();
    return vips::VImage(image);
}

} // namespace thumbnailer
