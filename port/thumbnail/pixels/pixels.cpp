#include "thumbnail/pixels/pixels.h"

#include <algorithm>
#include <array>
#include <string_view>

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

namespace {

// ITU-T T.871 (JFIF), 7, in 16 bits after the point.
constexpr std::int32_t kHalf = 1 << 15;
constexpr std::int32_t kRedByCr = 91881;    // 1.402
constexpr std::int32_t kGreenByCb = -22554; // -0.344136
constexpr std::int32_t kGreenByCr = -46802; // -0.714136
constexpr std::int32_t kBlueByCb = 116130;  // 1.772

std::uint8_t sample(std::int32_t value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

void convert_row(std::span<const Plane> planes, std::int32_t index, std::uint8_t* rgb) {
    const std::uint8_t* luma = planes[0].row(index);
    const std::uint8_t* blue = planes[1].row(index);
    const std::uint8_t* red = planes[2].row(index);
    for (std::int32_t x = 0; x < planes[0].size().width; ++x, rgb += 3) {
        const std::int32_t cb = blue[x] - 128;
        const std::int32_t cr = red[x] - 128;
        rgb[0] = sample(luma[x] + ((kRedByCr * cr + kHalf) >> 16));
        rgb[1] = sample(luma[x] + ((kGreenByCb * cb + kGreenByCr * cr + kHalf) >> 16));
        rgb[2] = sample(luma[x] + ((kBlueByCb * cb + kHalf) >> 16));
    }
}

} // namespace

vips::VImage image_of(std::span<const Plane> planes) {
    const Size size = planes[0].size();
    const std::size_t bands = planes.size();
    const std::size_t stride = static_cast<std::size_t>(size.width) * bands;
    std::vector<std::uint8_t> samples(stride * static_cast<std::size_t>(size.height));
    for (std::int32_t y = 0; y < size.height; ++y) {
        std::uint8_t* row = samples.data() + static_cast<std::size_t>(y) * stride;
        if (bands == 1)
            std::copy_n(planes[0].row(y), stride, row);
        else
            convert_row(planes, y, row);
    }
    VipsImage* image = vips_image_new_from_memory_copy(samples.data(), samples.size(), size.width, size.height,
                                                       static_cast<int>(bands), VIPS_FORMAT_UCHAR);
    if (image == nullptr) throw vips::VError();
    image->Type = bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    return vips::VImage(image);
}

vips::VImage with_fields_of(const vips::VImage& source, vips::VImage image) {
    const auto copy = [](VipsImage* /*source*/, const char* name, GValue* value, void* into) -> void* {
        constexpr std::array<std::string_view, 11> kOfPixels{"width",  "height",         "bands",   "format",
                                                             "coding", "interpretation", "xoffset", "yoffset",
                                                             "xres",   "yres",           "filename"};
        if (std::ranges::find(kOfPixels, name) == kOfPixels.end())
            vips_image_set(static_cast<VipsImage*>(into), name, value);
        return nullptr;
    };
    vips_image_map(source.get_image(), copy, image.get_image());
    image.get_image()->Xres = source.xres();
    image.get_image()->Yres = source.yres();
    return image;
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
