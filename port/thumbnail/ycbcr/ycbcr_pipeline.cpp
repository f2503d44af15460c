#include "thumbnail/ycbcr/ycbcr_pipeline.h"

#include <algorithm>

#include "thumbnail/encode/encode.h"
#include "thumbnail/encode/metadata.h"
#include "thumbnail/libjpeg/encode_jpeg.h"
#include "thumbnail/libwebp/encode_webp.h"
#include "thumbnail/libwebp/webp_subsampling.h"
#include "thumbnail/ycbcr/decode_planes.h"
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

// Of all outputs, as planes and as pixels, without subsampling.
std::int64_t bytes_of_outputs(std::span<const Plan> plans) {
    std::int64_t samples = 0;
    for (const Plan& plan : plans) {
        const bool file = becomes_file(plan);
        const Size size = file ? plan.layout.crop : plan.layout.scaled;
        samples += std::int64_t{size.width} * size.height * (file ? 1 : 2);
    }
    return 3 * samples;
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

// Of the source, from the top, that all outputs together need.
std::int32_t rows_for_all(std::span<const Plan> plans) {
    std::int32_t rows = 0;
    for (const Plan& plan : plans) rows = std::max(rows, rows_for(plan_of_planes(plan), subsampling_for(plan)));
    return rows;
}

std::optional<EncodedFile> written(std::vector<Plane>& planes, SampleRange range, const Plan& plan) {
    const std::int32_t quality = quality_of(plan.format, *plan.output);
    convert_range(planes, range, plan.format == Format::webp ? SampleRange::video : SampleRange::full);
    if (plan.format == Format::webp) return encode_webp(planes, plan.layout.crop, *plan.output, quality);
    const std::int32_t subsampling = planes.size() == 1 ? 1 : subsampling_for(plan);
    return encode_jpeg(planes, plan.layout.crop, subsampling, *plan.output, quality);
}

} // namespace

YcbcrPipeline::YcbcrPipeline() : resamplers_(std::make_unique<ResamplerCache>()) {}
YcbcrPipeline::~YcbcrPipeline() = default;

bool YcbcrPipeline::can_make(const Header& header, std::span<const Plan> plans, Speed speed, const Limits& limits) {
    return may_have_planes(header) && std::ranges::all_of(plans, can_resample) &&
           bytes_of_planes(header, plans, speed) + bytes_of_outputs(plans) <= limits.max_memory / kShareOfMemory;
}

std::vector<YcbcrOutput> YcbcrPipeline::make(Format format, Bytes source, std::span<const Plan> plans, Speed speed) {
    std::vector<YcbcrOutput> outputs(plans.size());
    const bool only_lossy = std::ranges::all_of(plans, becomes_file);
    const bool halved_chroma =
        only_lossy && std::ranges::all_of(plans, [](const Plan& plan) { return subsampling_for(plan) == 2; });
    auto decoded = decode_planes(format, source, {plans, speed, rows_for_all(plans), only_lossy, halved_chroma});
    if (!decoded) return outputs;
    ScaledPlanesCache cache(std::move(decoded->planes), kernel_for(format, plans, speed), *resamplers_);
    for (std::size_t index = 0; index < plans.size(); ++index) {
        const Plan& plan = plans[index];
        if (decoded->srgb && becomes_file(plan)) {
            if (auto planes = cache.planes_of(plan, subsampling_for(plan)))
                outputs[index].file = written(*planes, decoded->range, plan);
        } else if (auto planes = cache.planes_of(plan_of_planes(plan), 1)) {
            convert_range(*planes, decoded->range, SampleRange::full);
            outputs[index].planes = std::move(*planes);
        }
    }
    return outputs;
}

} // namespace thumbnailer
