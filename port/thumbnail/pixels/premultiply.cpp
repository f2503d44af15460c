#include "thumbnail/pixels/premultiply.h"

#include <cstdint>

namespace thumbnailer {

namespace {

constexpr std::uint32_t kOpaque = 255;
constexpr std::uint32_t kTo16 = 257; // 255 becomes 65535

template <int Bands>
void multiply(const std::uint8_t* from, std::uint16_t* to, int width) {
    for (int x = 0; x < width; ++x, from += Bands, to += Bands) {
        const std::uint32_t alpha = from[Bands - 1];
        for (int band = 0; band < Bands - 1; ++band)
            to[band] = static_cast<std::uint16_t>((from[band] * alpha * kTo16 + kOpaque / 2) / kOpaque);
        to[Bands - 1] = static_cast<std::uint16_t>(alpha * kTo16);
    }
}

int generate(VipsRegion* out, void* sequence, void*, void*, gboolean*) {
    auto* in = static_cast<VipsRegion*>(sequence);
    const VipsRect& wanted = out->valid;
    if (vips_region_prepare(in, &wanted) != 0) return -1;
    for (int y = wanted.top; y < VIPS_RECT_BOTTOM(&wanted); ++y) {
        const auto* from = reinterpret_cast<const std::uint8_t*>(VIPS_REGION_ADDR(in, wanted.left, y));
        auto* to = reinterpret_cast<std::uint16_t*>(VIPS_REGION_ADDR(out, wanted.left, y));
        if (out->im->Bands == 2)
            multiply<2>(from, to, wanted.width);
        else
            multiply<4>(from, to, wanted.width);
    }
    return 0;
}

} // namespace

vips::VImage premultiplied(const vips::VImage& image) {
    VipsImage* made = vips_image_new();
    vips::VImage owner(made);
    if (vips_image_pipelinev(made, VIPS_DEMAND_STYLE_THINSTRIP, image.get_image(), nullptr) != 0) throw vips::VError();
    made->BandFmt = VIPS_FORMAT_USHORT;
    // The regions of the pipeline do not own what they read.
    g_object_set_data_full(G_OBJECT(made), "thumbnailer-premultiplied", g_object_ref(image.get_image()),
                           g_object_unref);
    if (vips_image_generate(made, vips_start_one, generate, vips_stop_one, image.get_image(), nullptr) != 0)
        throw vips::VError();
    return owner;
}

} // namespace thumbnailer
