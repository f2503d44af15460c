#include "pixels.h"

#include "colour.h"

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

} // namespace thumbnailer
