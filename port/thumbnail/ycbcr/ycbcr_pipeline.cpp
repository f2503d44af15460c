#include "thumbnail/ycbcr/ycbcr_pipeline.h"

#include <algorithm>
#include <limits>

#include "thumbnail/encode/encode.h"
#include "thumbnail/encode/metadata.h"
#include "thumbnail/geometry/orientation.h"
#include "thumbnail/jpeg/scan_filter.h"
#include "thumbnail/libjpeg/encode_jpeg.h"
#include "thumbnail/ycbcr/encode_webp.h"
#include "thumbnail/ycbcr/scaled_planes_cache.h"

namespace thumbnailer {

namespace {

bool has_effects(const Output& output) {
    return output.greyscale || output.brightness != 1 || output.contrast != 1 || output.saturation != 1 ||
           output.hue != 0 || output.blur != 0 || output.sharpen != 0 || output.round != 0;
}

bool is_written(Format format, const Output& output) {
    return format == Format::jpeg || (format == Format::webp && is_lossy(format, output) && !output.near_lossless);
}

bool is_searched(const Output& output) { return output.ssim > 0 || output.max_bytes > 0; }

Size stored_scaled_size(const Plan& plan) { return swap_if_sideways(plan.layout.scaled, plan.view.orientation); }

std::int32_t shrink_for(const Plan& plan, Speed speed) {
    return shrink_on_load(plan.view.stored_size(), stored_scaled_size(plan), speed);
}

// An upper bound, without subsampling: the decoded source, at the scale for the largest output, and all outputs.
std::int64_t bytes_of_planes(const Header& header, std::span<const Plan> plans, Speed speed) {
    std::int64_t source = 0;
    std::int64_t outputs = 0;
    for (const Plan& plan : plans) {
        const std::int32_t shrink = shrink_for(plan, speed);
        source = std::max(source, std::int64_t{header.raw_width} * header.raw_height / shrink / shrink);
        outputs += std::int64_t{plan.layout.crop.width} * plan.layout.crop.height;
    }
    return 3 * (source + outputs);
}
constexpr std::int64_t kShareOfMemory = 8;

bool enlarges(const Plan& plan) {
    return plan.layout.scaled.width > plan.view.oriented_size.width ||
           plan.layout.scaled.height > plan.view.oriented_size.height;
}

bool needs_planes(const Plan& plan) {
    const Output& output = *plan.output;
    const Layout& layout = plan.layout;
    if (!is_written(plan.format, output)) return false;
    if (plan.view.part != whole(plan.view.oriented_size)) return false; // the filter would read pixels beside the part
    if (enlarges(plan)) return false;                                   // libvips uses another filter for it
    if (layout.crops() && output.crop != Crop::centre) return false;
    if (layout.pads() || layout.padding != Padding{}) return false;
    return output.profile == Profile::srgb && !output.linear && !has_effects(output) && !is_searched(output) &&
           !has_metadata(output) && output.placeholder == Placeholder::none;
}

std::int32_t subsampling_for(const Plan& plan) {
    if (plan.format == Format::webp) return kWebpSubsampling;
    return subsampling_of(*plan.output, quality_of(plan.format, *plan.output));
}

// Decodes the part of the source that all outputs together need.
std::optional<std::vector<SourcePlane>> decoded(Bytes source, std::span<const Plan> plans, Speed speed) {
    std::int32_t shrink = std::numeric_limits<std::int32_t>::max();
    std::int32_t smaller = std::numeric_limits<std::int32_t>::max();
    std::int32_t rows = 0;
    for (const Plan& plan : plans) {
        shrink = std::min(shrink, shrink_for(plan, speed));
        smaller = std::min(smaller, reduction(plan.view.stored_size(), stored_scaled_size(plan)));
        rows = std::max(rows, rows_for(plan, subsampling_for(plan)));
    }
    const auto lighter = speed == Speed::best ? std::nullopt : drop_fine_scans(source, smaller);
    return decode_jpeg(lighter ? Bytes(*lighter) : source, shrink, rows);
}

std::optional<EncodedFile> written(std::vector<Plane>& planes, const Plan& plan) {
    const std::int32_t quality = quality_of(plan.format, *plan.output);
    if (plan.format == Format::webp) return encode_webp(planes, plan.layout.crop, *plan.output, quality);
    const std::int32_t subsampling = planes.size() == 1 ? 1 : subsampling_for(plan);
    return encode_jpeg(planes, plan.layout.crop, subsampling, *plan.output, quality);
}

} // namespace

YcbcrPipeline::YcbcrPipeline() : resamplers_(std::make_unique<ResamplerCache>()) {}
YcbcrPipeline::~YcbcrPipeline() = default;

bool YcbcrPipeline::can_make(const Header& header, std::span<const Plan> plans, Speed speed, const Limits& limits) {
    return header.format == Format::jpeg && std::ranges::all_of(plans, needs_planes) &&
           bytes_of_planes(header, plans, speed) <= limits.max_memory / kShareOfMemory;
}

std::vector<std::optional<EncodedFile>> YcbcrPipeline::make(Bytes source, std::span<const Plan> plans, Speed speed) {
    std::vector<std::optional<EncodedFile>> files(plans.size());
    auto planes = decoded(source, plans, speed);
    if (!planes) return files;
    ScaledPlanesCache cache(std::move(*planes), speed == Speed::best ? Kernel::lanczos : Kernel::spline, *resamplers_);
    for (std::size_t index = 0; index < plans.size(); ++index)
        if (auto oriented = cache.planes_of(plans[index], subsampling_for(plans[index])))
            files[index] = written(*oriented, plans[index]);
    return files;
}

} // namespace thumbnailer
