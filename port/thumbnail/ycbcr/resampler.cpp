#include "thumbnail/ycbcr/resampler.h"

#include <algorithm>

namespace thumbnailer {

namespace {

constexpr double kLobes = 3; // of both kernels

// For zimg a single plane is a grey image, which may have any size, because it is not subsampled.
zimg_image_format format_of(Size size) {
    zimg_image_format format;
    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = static_cast<unsigned>(size.width);
    format.height = static_cast<unsigned>(size.height);
    format.pixel_type = ZIMG_PIXEL_BYTE;
    format.pixel_range = ZIMG_RANGE_FULL;
    return format;
}

// zimg mirrors a plane once at its edges, so a filter must not be wider than the plane.
bool is_wide_enough(std::int32_t plane, double area, std::int32_t result) {
    return std::min<double>(plane, area) > kLobes * std::max(1.0, area / result);
}

} // namespace

double filter_support(double samples_for_one) { return kLobes * std::max(1.0, samples_for_one) + 1; }

std::optional<Resampler> Resampler::make(const Resampling& resampling) {
    const auto& [plane, area, result, kernel] = resampling;
    const bool possible = is_wide_enough(plane.width, area.width, result.width) &&
                          is_wide_enough(plane.height, area.height, result.height);
    if (!possible) return std::nullopt;
    zimg_image_format source = format_of(plane);
    source.active_region = {area.left, area.top, area.width, area.height};
    const zimg_image_format target = format_of(result);
    zimg_graph_builder_params parameters;
    zimg_graph_builder_params_default(&parameters, ZIMG_API_VERSION);
    parameters.resample_filter = kernel == Kernel::lanczos ? ZIMG_RESIZE_LANCZOS : ZIMG_RESIZE_SPLINE36;
    parameters.filter_param_a = kLobes; // of Lanczos
    parameters.dither_type = ZIMG_DITHER_NONE;
    // Not AUTO_64B: its AVX-512 kernels produce vertical lines at scales slightly below a half (zimg 3.0.4).
    parameters.cpu_type = ZIMG_CPU_AUTO;
    Graph graph(zimg_filter_graph_build(&source, &target, &parameters), &zimg_filter_graph_free);
    if (!graph) return std::nullopt;
    return Resampler(std::move(graph), result);
}

std::optional<Plane> Resampler::operator()(const Plane& plane) const {
    std::size_t scratch_size = 0;
    if (zimg_filter_graph_get_tmp_size(graph_.get(), &scratch_size) != ZIMG_ERROR_SUCCESS) return std::nullopt;
    constexpr std::size_t kRow = 4096;
    Plane scratch({kRow, static_cast<std::int32_t>(scratch_size / kRow + 1)});
    Plane result(result_);
    zimg_image_buffer_const from{ZIMG_API_VERSION, {}};
    from.plane[0] = {plane.row(0), static_cast<std::ptrdiff_t>(plane.stride()), ZIMG_BUFFER_MAX};
    zimg_image_buffer to{ZIMG_API_VERSION, {}};
    to.plane[0] = {result.row(0), static_cast<std::ptrdiff_t>(result.stride()), ZIMG_BUFFER_MAX};
    const auto done =
        zimg_filter_graph_process(graph_.get(), &from, &to, scratch.row(0), nullptr, nullptr, nullptr, nullptr);
    if (done != ZIMG_ERROR_SUCCESS) return std::nullopt;
    return result;
}

const Resampler* ResamplerCache::find(const Resampling& resampling) {
    const auto known = std::ranges::find(recent_, resampling, [](const auto& each) { return each.first; });
    if (known != recent_.end()) {
        std::rotate(recent_.begin(), known, known + 1);
    } else {
        auto made = Resampler::make(resampling);
        if (!made) return nullptr;
        if (recent_.size() == kMaxEntries) recent_.pop_back();
        recent_.emplace(recent_.begin(), resampling, std::move(*made));
    }
    return &recent_.front().second;
}

} // namespace thumbnailer
