#include "lane.h"

#include <algorithm>
#include <cmath>

#include "encode.h"
#include "metadata.h"
#include "orientation.h"
#include "planes_read.h"
#include "planes_resize.h"
#include "planes_webp.h"
#include "planes_write.h"
#include "render.h"
#include "scans.h"

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

Size scaled_as_stored(const Plan& plan) { return turned(plan.layout.scaled, plan.view.orientation); }

std::int32_t shrink_for(const Plan& plan, Speed speed) {
    return shrink_on_load(plan.view.as_stored(), scaled_as_stored(plan), speed);
}

// At most, with all samples of colour.
std::int64_t bytes_of_planes(const Header& header, std::int32_t shrink) {
    return 3 * std::int64_t{header.raw_width} * header.raw_height / shrink / shrink;
}
constexpr std::int64_t kShareOfMemory = 8;

bool enlarges(const Plan& plan) {
    return plan.layout.scaled.width > plan.view.seen.width || plan.layout.scaled.height > plan.view.seen.height;
}

std::int32_t samples_along(std::int32_t length, std::int32_t subsampling) {
    return (length + subsampling - 1) / subsampling;
}

// Where a plane of the output comes from, in pixels of the source as it is stored.
struct Origin {
    Area area;
    Size size; // in samples of the output, as it is stored
};

// Samples that stand for `subsampling` pixels may reach over the right and the lower edge of the picture as it is seen.
Origin origin_of(const Plan& plan, std::int32_t subsampling) {
    const Layout& layout = plan.layout;
    const int orientation = plan.view.orientation;
    const Size samples{samples_along(layout.kept.width, subsampling), samples_along(layout.kept.height, subsampling)};
    const Rect seen{layout.left, layout.top, samples.width * subsampling, samples.height * subsampling};
    const Rect rect = stored(seen, layout.scaled, orientation);
    const Size scaled = scaled_as_stored(plan);
    const Size source = plan.view.as_stored();
    const double across = static_cast<double>(source.width) / scaled.width;
    const double down = static_cast<double>(source.height) / scaled.height;
    return {{rect.left * across, rect.top * down, rect.width * across, rect.height * down},
            turned(samples, orientation)};
}

// The last row of the source that the output has a part of.
std::int32_t rows_for(const Origin& origin, std::int32_t height) {
    const double pixels_for_one = origin.area.height / origin.size.height;
    constexpr double kSample = 16; // rows that the coarsest sample stands for
    const double bottom = origin.area.top + origin.area.height + reach(pixels_for_one) + kSample;
    return std::min(height, static_cast<std::int32_t>(std::ceil(bottom)));
}

const Resampler* resampler_for(Resamplers& known, const SourcePlane& source, const Origin& origin, Speed speed) {
    const Area area{origin.area.left * source.across, origin.area.top * source.down, origin.area.width * source.across,
                    origin.area.height * source.down};
    const Kernel kernel = speed == Speed::best ? Kernel::lanczos : Kernel::spline;
    return known.find({source.plane.size(), area, origin.size, kernel});
}

// The planes of the thumbnail. Both of colour have the same size, in the source as well.
std::optional<std::vector<Plane>> resampled(Resamplers& known, const std::vector<SourcePlane>& source, const Plan& plan,
                                            std::int32_t subsampling, Speed speed) {
    std::vector<Plane> planes;
    const auto add = [&](std::size_t begin, std::size_t end, std::int32_t samples_for) {
        const Resampler* resampler = resampler_for(known, source[begin], origin_of(plan, samples_for), speed);
        for (std::size_t index = begin; resampler != nullptr && index < end; ++index)
            if (auto plane = (*resampler)(source[index].plane))
                planes.push_back(upright(std::move(*plane), plan.view.orientation));
    };
    add(0, 1, 1);
    if (source.size() > 1) add(1, source.size(), subsampling);
    if (planes.size() != source.size()) return std::nullopt;
    return planes;
}

} // namespace

Lane::Lane() : resamplers_(std::make_unique<Resamplers>()) {}
Lane::~Lane() = default;

bool Lane::takes(const Header& header, const Plan& plan, Speed speed, const Limits& limits) {
    const Output& output = *plan.output;
    const Layout& layout = plan.layout;
    if (header.format != Format::jpeg || !is_written(plan.format, output)) return false;
    if (plan.view.part != whole(plan.view.seen)) return false; // what is beside a part must not be seen in it
    if (bytes_of_planes(header, shrink_for(plan, speed)) > limits.max_memory / kShareOfMemory) return false;
    if (enlarges(plan)) return false; // libvips has another filter for that
    if (layout.crops() && output.crop != Crop::centre) return false;
    if (layout.pads() || layout.padding != Padding{}) return false;
    return output.profile == Profile::srgb && !output.linear && !has_effects(output) && !is_searched(output) &&
           !has_metadata(output) && output.placeholder == Placeholder::none;
}

std::optional<PlanesFile> Lane::make(const Header& header, Bytes source, const Plan& plan, Speed speed) {
    const std::int32_t shrink = shrink_for(plan, speed);
    const std::int32_t quality = quality_of(plan.format, *plan.output);
    const bool webp = plan.format == Format::webp;
    const std::int32_t subsampling = webp ? kWebpSubsampling : subsampling_of(*plan.output, quality);
    const auto lighter = speed == Speed::best
                             ? std::nullopt
                             : lightened(source, reduction(plan.view.as_stored(), scaled_as_stored(plan)));
    auto source_planes = read_planes(lighter ? Bytes(*lighter) : source, shrink,
                                     rows_for(origin_of(plan, subsampling), header.raw_height));
    if (!source_planes) return std::nullopt;
    auto planes = resampled(*resamplers_, *source_planes, plan, subsampling, speed);
    if (!planes) return std::nullopt;
    if (webp) return write_webp(*planes, plan.layout.kept, *plan.output, quality);
    return write_planes(*planes, plan.layout.kept, planes->size() == 1 ? 1 : subsampling, *plan.output, quality);
}

} // namespace thumbnailer
