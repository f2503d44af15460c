#include "thumbnail/libwebp/decode_webp.h"

#include <webp/decode.h>

#include "thumbnail/containers/riff.h"
#include "thumbnail/libwebp/webp_subsampling.h"
#include "thumbnail/pixels/icc.h"

namespace thumbnailer {

namespace {

constexpr int kLossy = 1; // WebPBitstreamFeatures::format
constexpr int kLossless = 2;
constexpr std::byte kHasProfile{0x20};

const std::uint8_t* data_of(Bytes source) { return reinterpret_cast<const std::uint8_t*>(source.data()); }

bool has_planes(const WebPBitstreamFeatures& features, bool lossless) {
    const bool known = features.format == kLossy || (lossless && features.format == kLossless);
    return known && features.has_alpha == 0 && features.has_animation == 0;
}

// nullopt if it says that it has a profile, and has not. A profile that it does not speak of is none.
std::optional<bool> is_in_srgb(Bytes source) {
    const auto extended = riff_chunk(source, "VP8X");
    if (!extended || extended->empty() || (extended->front() & kHasProfile) == std::byte{0}) return true;
    const auto profile = riff_chunk(source, "ICCP");
    return profile ? std::optional(is_srgb(*profile)) : std::nullopt;
}

std::vector<SourcePlane> planes_for(Size size) {
    constexpr double kSamplesForOne = 1.0 / kWebpSubsampling;
    const Size chroma = webp_chroma_size(size);
    std::vector<SourcePlane> planes;
    planes.push_back({Plane(size)});
    planes.push_back({Plane(chroma), kSamplesForOne, kSamplesForOne});
    planes.push_back({Plane(chroma), kSamplesForOne, kSamplesForOne});
    return planes;
}

std::size_t size_of(const Plane& plane) { return plane.stride() * static_cast<std::size_t>(plane.size().height); }

// libwebp's view of borrowed planes.
WebPYUVABuffer view_of(std::vector<SourcePlane>& planes) {
    Plane& luma = planes[0].plane;
    Plane& blue = planes[1].plane;
    Plane& red = planes[2].plane;
    WebPYUVABuffer view{};
    view.y = luma.row(0);
    view.u = blue.row(0);
    view.v = red.row(0);
    view.y_stride = static_cast<int>(luma.stride());
    view.u_stride = static_cast<int>(blue.stride());
    view.v_stride = static_cast<int>(red.stride());
    view.y_size = size_of(luma);
    view.u_size = size_of(blue);
    view.v_size = size_of(red);
    return view;
}

} // namespace

std::optional<SourcePlanes> decode_webp(Bytes source, const WebpDecoding& decoding) {
    WebPDecoderConfig config;
    if (WebPInitDecoderConfig(&config) == 0) return std::nullopt;
    if (WebPGetFeatures(data_of(source), source.size(), &config.input) != VP8_STATUS_OK) return std::nullopt;
    const auto srgb = has_planes(config.input, decoding.lossless) ? is_in_srgb(source) : std::nullopt;
    const bool lossy = config.input.format == kLossy;
    // Alone, because libwebp would read on into the next chunk where this one is damaged, and find no fault.
    const auto picture = riff_chunk(source, lossy ? "VP8 " : "VP8L");
    if (!srgb || !picture || !(lossy || *srgb)) return std::nullopt;
    SourcePlanes decoded{planes_for({config.input.width, config.input.height}), SampleRange::video, *srgb};
    config.options.bypass_filtering = decoding.loop_filter ? 0 : 1;
    config.output.colorspace = MODE_YUV;
    config.output.is_external_memory = 1;
    config.output.u.YUVA = view_of(decoded.planes);
    if (WebPDecode(data_of(*picture), picture->size(), &config) != VP8_STATUS_OK) return std::nullopt;
    return decoded;
}

} // namespace thumbnailer
