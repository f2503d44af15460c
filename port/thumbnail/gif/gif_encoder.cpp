#include "thumbnail/gif/gif_encoder.h"

#include <algorithm>
#include <optional>
#include <span>

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr std::int64_t kCountedPixels = 2'000'000; // of an animation, for the palette of all frames
constexpr std::uint32_t kOpaque = 0xff000000U;
constexpr std::uint8_t kHalf = 128;

template <int Bands>
void read_pixels(const std::uint8_t* from, std::vector<std::uint32_t>& to) {
    for (std::uint32_t& pixel : to) {
        const bool grey = Bands < 3;
        const std::uint32_t green = grey ? from[0] : from[1];
        const std::uint32_t blue = grey ? from[0] : from[2];
        const bool opaque = Bands % 2 == 1 || from[Bands - 1] >= kHalf;
        pixel = opaque ? from[0] | green << 8 | blue << 16 | kOpaque : 0;
        from += Bands;
    }
}

} // namespace

GifEncoder::GifEncoder(const VImage& image)
    : image_(image.copy_memory()), size_{image.width(), vips_image_get_page_height(image.get_image())},
      frames_(image.height() / size_.height) {
    if (frames_ > 1 && image.get_typeof("delay") != 0) delays_ = image.get_array_int("delay");
    if (image.get_typeof("loop") == G_TYPE_INT) plays_ = image.get_int("loop");
    const std::int64_t all = std::int64_t{size_.width} * size_.height * frames_;
    const int step = static_cast<int>(1 + all / kCountedPixels);
    for (int index = 0; index < frames_; ++index) {
        if (index % step != 0 && !image_.has_alpha()) continue;
        const std::vector<std::uint32_t> pixels = frame(index);
        transparent_ = transparent_ || std::ranges::find(pixels, 0U) != pixels.end();
        if (index % step == 0) histogram_.add(pixels);
    }
}

std::vector<std::uint32_t> GifEncoder::frame(int index) const {
    std::vector<std::uint32_t> pixels(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.height));
    const auto* from =
        reinterpret_cast<const std::uint8_t*>(VIPS_IMAGE_ADDR(image_.get_image(), 0, index * size_.height));
    switch (image_.bands()) {
    case 1: read_pixels<1>(from, pixels); break;
    case 2: read_pixels<2>(from, pixels); break;
    case 3: read_pixels<3>(from, pixels); break;
    default: read_pixels<4>(from, pixels); break;
    }
    return pixels;
}

int GifEncoder::delay(int index) const {
    return static_cast<std::size_t>(index) < delays_.size() ? delays_[static_cast<std::size_t>(index)] : 0;
}

std::vector<std::byte> GifEncoder::encode(const GifSettings& settings) const {
    const bool transparent = transparent_ || frames_ > 1; // an animation leaves out what stays
    const Palette shared(
        histogram_,
        {.most = settings.colours - (transparent ? 1 : 0), .enough = settings.enough, .rounds = settings.rounds});
    GifFrameWriter writer(size_, settings, shared, transparent, frames_ > 1 ? std::optional(plays_) : std::nullopt);
    std::vector<std::uint32_t> current = frame(0);
    for (int index = 0; index < frames_; ++index) {
        std::vector<std::uint32_t> next = index + 1 < frames_ ? frame(index + 1) : std::vector<std::uint32_t>();
        writer.add(current, std::span(next).first(transparent_ ? next.size() : 0), delay(index));
        current = std::move(next);
    }
    return writer.finish();
}

} // namespace thumbnailer
