#include "thumbnail/ycbcr/decode_planes.h"

#include <algorithm>
#include <limits>

#include "thumbnail/geometry/orientation.h"
#include "thumbnail/jpeg/scan_filter.h"
#include "thumbnail/libjpeg/decode_jpeg.h"
#include "thumbnail/libwebp/decode_webp.h"

namespace thumbnailer {

namespace {

Size stored_scaled_size(const Plan& plan) { return swap_if_sideways(plan.layout.scaled, plan.view.orientation); }

std::int32_t shrink_for(std::span<const Plan> plans, Speed speed) {
    std::int32_t shrink = std::numeric_limits<std::int32_t>::max();
    for (const Plan& plan : plans)
        shrink = std::min(shrink, shrink_on_load(plan.view.stored_size(), stored_scaled_size(plan), speed));
    return shrink;
}

std::optional<SourcePlanes> decode_jpeg_for(Bytes source, std::span<const Plan> plans, Speed speed, std::int32_t rows) {
    std::int32_t smaller = std::numeric_limits<std::int32_t>::max();
    for (const Plan& plan : plans)
        smaller = std::min(smaller, reduction(plan.view.stored_size(), stored_scaled_size(plan)));
    const auto lighter = speed == Speed::best ? std::nullopt : drop_fine_scans(source, smaller);
    return decode_jpeg(lighter ? Bytes(*lighter) : source, shrink_for(plans, speed), rows);
}

// As libwebp does it where it scales itself: without the filter from three quarters of the size down.
LoopFilter loop_filter_for(std::span<const Plan> plans, Speed speed) {
    constexpr double kUnfiltered = 0.75;
    const bool small = std::ranges::all_of(plans, [&](const Plan& plan) {
        return scale_on_load(plan.view.stored_size(), stored_scaled_size(plan), speed) < kUnfiltered;
    });
    return small ? LoopFilter::off : LoopFilter::on;
}

} // namespace

bool may_have_planes(const Header& header) {
    return header.format == Format::jpeg || (header.format == Format::webp && header.pages == 1 && header.alpha == 0);
}

std::int64_t bytes_of_planes(const Header& header, std::span<const Plan> plans, Speed speed) {
    const std::int64_t pixels = std::int64_t{header.raw_width} * header.raw_height;
    if (header.format == Format::webp) return 3 * pixels / 2; // always 4:2:0, and its decoder makes no smaller planes
    const std::int32_t shrink = shrink_for(plans, speed);
    return 3 * (pixels / shrink / shrink);
}

std::optional<SourcePlanes> decode_planes(Format format, Bytes source, std::span<const Plan> plans, Speed speed,
                                          std::int32_t rows) {
    // All rows of a WebP, because libvips refuses one that is damaged anywhere.
    if (format == Format::webp) return decode_webp(source, loop_filter_for(plans, speed));
    return decode_jpeg_for(source, plans, speed, rows);
}

} // namespace thumbnailer
