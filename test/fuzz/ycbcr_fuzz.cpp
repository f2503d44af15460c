// Any bytes are a JPEG or a WebP whose planes can be resampled and written, or they have no planes. The first byte of
// the input says how much smaller the decoder of JPEG makes them, and whether that of WebP filters them.
#include <webp/decode.h>
#include <webp/encode.h>

#include "codec_fuzz.h"
#include "thumbnail/decode/sniff.h"
#include "thumbnail/jpeg/segments.h"
#include "thumbnail/libjpeg/decode_jpeg.h"
#include "thumbnail/libjpeg/encode_jpeg.h"
#include "thumbnail/libwebp/decode_webp.h"
#include "thumbnail/libwebp/encode_webp.h"
#include "thumbnail/ycbcr/resampler.h"

namespace {

using namespace thumbnailer;

constexpr std::int64_t kMostBytes = 1 << 24; // of coefficients: a large image is slow, and nothing new

void check(const SourcePlane& source) {
    const Plane& plane = source.plane;
    fuzz::require(plane.size().width > 0 && plane.size().height > 0 && source.x_scale > 0 && source.y_scale > 0);
    const Area area{0, 0, static_cast<double>(plane.size().width), static_cast<double>(plane.size().height)};
    const Size size{plane.size().width / 2 + 1, plane.size().height / 2 + 1};
    const auto resampler = Resampler::make({plane.size(), area, size, Kernel::spline});
    auto small = resampler ? (*resampler)(plane) : std::nullopt;
    if (!small) return;
    std::vector<Plane> grey;
    grey.push_back(std::move(*small));
    const auto file = encode_jpeg(grey, size, 1, {}, 80);
    fuzz::require(file && file->size > 0);
    const auto webp = encode_webp(grey, size, {}, 80);
    const bool fits = size.width <= WEBP_MAX_DIMENSION && size.height <= WEBP_MAX_DIMENSION;
    fuzz::require(fits ? webp && webp->size > 0 : !webp);
}

std::optional<SourcePlanes> planes_of_webp(Bytes source, std::uint8_t choice) {
    int width = 0;
    int height = 0;
    const auto* data = reinterpret_cast<const std::uint8_t*>(source.data());
    if (WebPGetInfo(data, source.size(), &width, &height) == 0) return std::nullopt;
    if (std::int64_t{width} * height > kMostBytes) return std::nullopt;
    return decode_webp(source, {.loop_filter = (choice & 1) != 0, .lossless = true});
}

std::optional<SourcePlanes> planes_of_jpeg(Bytes source, std::uint8_t choice) {
    const auto frame = jpeg_frame(source);
    if (!frame || frame->coefficient_bytes > kMostBytes) return std::nullopt;
    return decode_jpeg(source, {1 << (choice & 3), (choice >> 3) * 16 + 1, (choice & 4) != 0});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Bytes source = std::as_bytes(std::span(data + 1, size - 1));
    const bool webp = sniff(source) == Format::webp;
    const auto decoded = webp ? planes_of_webp(source, data[0]) : planes_of_jpeg(source, data[0]);
    if (!decoded) return 0;
    fuzz::require(decoded->planes.size() == 1 || decoded->planes.size() == 3);
    for (const SourcePlane& each : decoded->planes) check(each);
    return 0;
}
