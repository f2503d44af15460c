#include "thumbnail/placeholder/placeholder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "thumbnail/encode/encode.h"
#include "thumbnail/pixels/colour.h"
#include "thumbnail/placeholder/blurhash.h"
#include "thumbnail/placeholder/thumbhash.h"
#include "thumbnail/steps/canvas.h"
#include "thumbnail/steps/resize.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr int kPreviewSide = 16;
constexpr std::int32_t kPreviewQuality = 40;

VImage within(const VImage& image, int side) {
    const double scale = std::min(1.0, static_cast<double>(side) / std::max(image.width(), image.height()));
    const auto length = [&](int from) { return std::max(1, static_cast<int>(std::lround(from * scale))); };
    return resized(image, {length(image.width()), length(image.height())});
}

std::string base64(const void* bytes, std::size_t size) {
    gchar* text = g_base64_encode(static_cast<const guchar*>(bytes), size);
    std::string encoded = text;
    g_free(text);
    return encoded;
}

std::string hashed(const VImage& image) {
    const auto hash = thumbhash(pixels_of(within(image, kThumbhashSide)));
    return base64(hash.data(), hash.size());
}

std::string blurred(const VImage& image, Colour background) {
    const Pixels pixels = pixels_of(flattened(within(image, kThumbhashSide), background));
    const bool portrait = pixels.height > pixels.width;
    return blurhash(pixels, portrait ? 3 : 4, portrait ? 4 : 3);
}

std::string dominant_colour(const VImage& image, Colour background) {
    struct Bin {
        std::array<std::uint64_t, 3> sum{};
        std::uint64_t count = 0;
    };
    const Pixels pixels = pixels_of(flattened(within(image, kThumbhashSide), background));
    std::array<Bin, 4096> bins{};
    for (std::size_t at = 0; at < pixels.rgba.size(); at += 4) {
        const std::uint8_t* pixel = &pixels.rgba[at];
        Bin& bin = bins[static_cast<std::size_t>((pixel[0] >> 4) << 8 | (pixel[1] >> 4) << 4 | pixel[2] >> 4)];
        for (std::size_t band = 0; band < 3; ++band) bin.sum[band] += pixel[band];
        ++bin.count;
    }
    const Bin& largest = *std::ranges::max_element(bins, {}, &Bin::count);
    std::array<char, 8> text;
    const auto mean = [&](std::size_t band) {
        return static_cast<unsigned>((largest.sum[band] + largest.count / 2) / largest.count);
    };
    std::snprintf(text.data(), text.size(), "#%02x%02x%02x", mean(0), mean(1), mean(2));
    return text.data();
}

std::string data_uri(const VImage& image) {
    const Encoded encoded = encode(within(to_srgb(image), kPreviewSide), Format::webp, Output{}, {kPreviewQuality});
    return "data:image/webp;base64," + base64(encoded.bytes().data(), encoded.bytes().size());
}

} // namespace

std::string placeholder_of(const VImage& image, const Output& output) {
    switch (output.placeholder) {
    case Placeholder::thumbhash: return hashed(image);
    case Placeholder::blurhash: return blurred(image, output.background);
    case Placeholder::color: return dominant_colour(image, output.background);
    case Placeholder::data_uri: return data_uri(image);
    case Placeholder::none: break;
    }
    return {};
}

} // namespace thumbnailer
