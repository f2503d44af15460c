#include "thumbnail/ycbcr/decode_planes.h"

#include <algorithm>
#include <limits>

#include "thumbnail/geometry/orientation.h"
#include "thumbnail/jpeg/scan_filter.h"
#include "thumbnail/libjpeg/decode_jpeg.h"
#include "thumbnail/libwebp/decode_webp.h"
#include "thumbnail/libwebp/webp_subsampling.h"

namespace thumbnailer {

namespace {

Size stored_scaled_size(const Plan& plan) { return swap_if_sideways(plan.layout.scaled, plan.view.orientation); }

// What half of a JPEG must exceed the thumbnail by at balanced, if Lanczos makes up for the smaller margin: on
// photographs the SSIM to a full decode is then 0.0003 to 0.0004 less in the mean of thirteen, at 1.75 and at 1.8. At
// a quarter and an eighth of the size it is 0.0007 and 0.0017 less, so these keep the margin of libvips.
constexpr double kMarginOfHalf = 1.75;

bool is_half_enough(const Plan& plan) {
    const Size source = plan.view.stored_size();
    const Size scaled = stored_scaled_size(plan);
    return source.width >= 2 * kMarginOfHalf * scaled.width && source.height >= 2 * kMarginOfHalf * scaled.height;
}

std::int32_t shrink_for(std::span<const Plan> plans, Speed speed) {
    std::int32_t shrink = std::numeric_limits<std::int32_t>::max();
    for (const Plan& plan : plans)
        shrink = std::min(shrink, shrink_on_load(plan.view.stored_size(), stored_scaled_size(plan), speed));
    return shrink == 1 && speed == Speed::balanced && std::ranges::all_of(plans, is_half_enough) ? 2 : shrink;
}

// The least by which both sides of the source become smaller.
std::int32_t reduction_for(std::span<const Plan> plans) {
    std::int32_t least = std::numeric_limits<std::int32_t>::max();
    for (const Plan& plan : plans)
        least = std::min(least, reduction(plan.view.stored_size(), stored_scaled_size(plan)));
    return least;
}

std::optional<SourcePlanes> decode_jpeg_for(Bytes source, const PlanesWanted& wanted) {
    const auto lighter =
        wanted.speed == Speed::best ? std::nullopt : drop_fine_scans(source, reduction_for(wanted.plans));
    return decode_jpeg(lighter ? Bytes(*lighter) : source,
                       {.shrink = shrink_for(wanted.plans, wanted.speed),
                        .rows = wanted.rows,
                        .halved_chroma = wanted.halved_chroma && wanted.speed != Speed::best});
}

// As libwebp does it where it scales itself: without the filter from three quarters of the size down.
bool needs_loop_filter(const PlanesWanted& wanted) {
    constexpr double kUnfiltered = 0.75;
    return std::ranges::any_of(wanted.plans, [&](const Plan& plan) {
        return scale_on_load(plan.view.stored_size(), stored_scaled_size(plan), wanted.speed) >= kUnfiltered;
    });
}

// Half of the chroma of a lossless picture is enough for a picture of half of the size, if that is lossy itself.
bool can_halve_chroma(const PlanesWanted& wanted) {
    return wanted.only_lossy && wanted.speed != Speed::best && reduction_for(wanted.plans) >= kWebpSubsampling;
}

// All rows, because libvips refuses a picture that is damaged anywhere.
std::optional<SourcePlanes> decode_webp_for(Bytes source, const PlanesWanted& wanted) {
    return decode_webp(source, {.loop_filter = needs_loop_filter(wanted), .lossless = can_halve_chroma(wanted)});
}

} // namespace

bool may_have_planes(const Header& header) {
    return header.format == Format::jpeg || (header.format == Format::webp && header.pages == 1 && header.alpha == 0);
}

std::int64_t bytes_of_planes(const Header& header, std::span<const Plan> plans, Speed speed) {
    const std::int64_t pixels = std::int64_t{header.raw_width} * header.raw_height;
    if (header.format == Format::webp) return 3 * pixels / 2; // 4:2:0, and its decoder makes no smaller planes
    const std::int32_t shrink = shrink_for(plans, speed);
    return 3 * (pixels / shrink / shrink);
}

Kernel kernel_for(Format format, std::span<const Plan> plans, Speed speed) {
    if (speed == Speed::best) return Kernel::lanczos;
    if (speed == Speed::fast || format != Format::jpeg) return Kernel::spline;
    const std::int32_t shrink = shrink_for(plans, speed);
    return shrink > 1 && reduction_for(plans) < 2 * shrink ? Kernel::lanczos : Kernel::spline;
}

std::optional<SourcePlanes> decode_planes(Format format, Bytes source, const PlanesWanted& wanted) {
    return format == Format::webp ? decode_webp_for(source, wanted) : decode_jpeg_for(source, wanted);
}

} // namespace thumbnailer
