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

bool is_written(Format format, const Output& output) {
    return format == Format::jpeg || (format == Format::webp && is_lossy(format, output) && !output.near_lossless);
}

bool is_searched(const Output& output) { return output.ssim > 0 || output.max_bytes > 0; }

// Whether the planes are encoded as they are, if their colours are those of sRGB.
bool becomes_file(const Plan& plan) {
    const Output& output = *plan.output;
    const Layout& layout = plan.layout;
    if (!is_written(plan.format, output) || plan.composed) return false;
    if (layout.crops() && output.crop != Crop::centre) return false;
    if (layout.pads() || layout.padding != Padding{}) return false;
    return output.profile == Profile::srgb && !has_effects(output) && !is_searched(output) && !has_metadata(output) &&
           output.placeholder == Placeholder::none;
}

Size stored_scaled_size(const Plan& plan) { return swap_if_sideways(plan.layout.scaled, plan.view.orientation); }

std::int32_t shrink_for(const Plan& plan, Speed speed) {
    return shrink_on_load(plan.view.stored_size(), stored_scaled_size(plan), speed);
}

// An upper bound, without subsampling: the decoded source, at the scale for the largest output, and all outputs, as
// planes and as pixels.
std::int64_t bytes_of_planes(const Header& header, std::span<const Plan> plans, Speed speed) {
    std::int64_t source = 0;
    std::int64_t outputs = 0;
    for (const Plan& plan : plans) {
        const std::int32_t shrink = shrink_for(plan, speed);
        source = std::max(source, std::int64_t{header.raw_width} * header.raw_height / shrink / shrink);
        const bool file = becomes_file(plan);
        const Size size = file ? plan.layout.crop : plan.layout.scaled;
        outputs += std::int64_t{size.width} * size.height * (file ? 1 : 2);
    }
    return 3 * (source + outputs);
}
constexpr std::int64_t kShareOfMemory = 8;

bool enlarges(const Plan& plan) {
    return plan.layout.scaled.width > plan.view.oriented_size.width ||
           plan.layout.scaled.height > plan.view.oriented_size.height;
}

// Whether planes can be resampled to its size.
bool can_resample(const Plan& plan) {
    if (plan.view.part != whole(plan.view.oriented_size)) return false; // the filter would read pixels beside the part
    if (enlarges(plan)) return false;                                   // libvips uses another filter for it
    return !plan.output->linear && plan.output->bit_depth != BitDepth::sixteen;
}

// As the picture is cropped before anything else is done with it.
Plan plan_of_planes(const Plan& plan) { return plan.output->crop == Crop::centre ? plan : before_crop(plan); }

std::int32_t subsampling_for(const Plan& plan) {
    if (plan.format == Format::webp) return kWebpSubsampling;
    return subsampling_of(*plan.output, quality_of(plan.format, *plan.output));
}

// Decodes the part of the source that all outputs together need.
std::optional<JpegPlanes> decoded(Bytes source, std::span<const Plan> plans, Speed speed) {
    std::int32_t shrink = std::numeric_limits<std::int32_t>::max();
    std::int32_t smaller = std::numeric_limits<std::int32_t>::max();
    std::int32_t rows = 0;
    for (const Plan& plan : plans) {
        shrink = std::min(shrink, shrink_for(plan, speed));
        smaller = std::min(smaller, reduction(plan.view.stored_size(), stored_scaled_size(plan)));
        rows = std::max(rows, rows_for(plan_of_planes(plan), subsampling_for(plan)));
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
    return header.format == Format::jpeg && std::ranges::all_of(plans, can_resample) &&
           bytes_of_planes(header, plans, speed) <= limits.max_memory / kShareOfMemory;
}

std::vector<YcbcrOutput> YcbcrPipeline::make(Bytes source, std::span<const Plan> plans, Speed speed) {
    std::vector<YcbcrOutput> outputs(plans.size());
    auto jpeg = decoded(source, plans, speed);
    if (!jpeg) return outputs;
    const Kernel kernel = speed == Speed::best ? Kernel::lanczos : Kernel::spline;
    ScaledPlanesCache cache(std::move(jpeg->planes), kernel, *resamplers_);
    for (std::size_t index = 0; index < plans.size(); ++index) {
        const Plan& plan = plans[index];
        if (jpeg->srgb && becomes_file(plan)) {
            if (auto planes = cache.planes_of(plan, subsampling_for(plan)))
                outputs[index].file = written(*planes, plan);
        } else if (auto planes = cache.planes_of(plan_of_planes(plan), 1)) {
            outputs[index].planes = std::move(*planes);
        }
    }
    return outputs;
}

} // namespace thumbnailer
