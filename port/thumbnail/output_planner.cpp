#include "thumbnail/output_planner.h"

#include <algorithm>

#include "thumbnail/animation.h"
#include "thumbnail/decode/check_header.h"
#include "thumbnail/decode/preview.h"
#include "thumbnail/geometry/orientation.h"
#include "thumbnail/geometry/region.h"
#include "thumbnail/steps/render.h"
#include "thumbnail/steps/trim.h"
#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// The border is searched in a copy of at most this size, which is finer than any thumbnail.
constexpr std::int32_t kTrimSide = 2048;

DecodeOptions decode_options_for(const Output& output, const Header& header, Format format) {
    const bool animated = output.animated && header.frames > 1 && is_animated(format);
    const Speed speed = speed_of(output);
    const bool preview = allows_preview(header, output) && speed != Speed::best && !animated;
    const bool truncated = output.truncated == Truncated::allow;
    return {.page = output.page, .animated = animated, .speed = speed, .preview = preview, .truncated = truncated};
}

} // namespace

std::string unreadable(const Header& header) {
    return "the " + std::string(name_of(header.format)) + " image cannot be read";
}

Result<Done> OutputPlanner::plan(std::size_t index, const Header& header, std::vector<OutputGroup>& groups) const {
    const Output& output = job_.outputs[index];
    const Format format = format_for(output.format, header.format, header.alpha != 0);
    const DecodeOptions decode = decode_options_for(output, header, format);
    auto group = std::ranges::find(groups, decode, &OutputGroup::decode);
    if (group == groups.end()) {
        auto page =
            decode.page == 0 ? Result<Header>(header) : check_header(job_.limits, header.format, source_, decode.page);
        if (!page) return std::move(page).error();
        const std::int32_t frames = decode.animated ? page->frames : 1;
        if (auto checked = check_frames(job_.limits, *page, frames); !checked) return checked;
        group = groups.insert(groups.end(), {decode, *page, frames, {}});
    }
    const bool composed = job_.overlay[index] != 0 || job_.steps[index].count != 0;
    Plan plan{.index = index, .output = &output, .view = {}, .layout = {}, .format = format, .composed = composed};
    plan.view.orientation = orientation_of(group->header.orientation, output);
    plan.view.oriented_size =
        swap_if_sideways({group->header.square_width, group->header.square_height}, plan.view.orientation);
    auto part = part_of(output, *group, plan.view);
    if (!part) return std::move(part).error();
    plan.view.part = *part;
    plan.layout = lay_out(plan.view.oriented_size, *part, output);
    if (auto fits = check_size(plan.layout, group->frames); !fits) return fits;
    group->plans.push_back(plan);
    return Done{};
}

Result<Rect> OutputPlanner::part_of(const Output& output, const OutputGroup& group, const View& view) const {
    auto region = region_of(view.oriented_size, output);
    if (!region || output.trim == 0) return region;
    return catch_vips_errors(Reason::bad_image, unreadable(group.header), [&] {
        View looked = view;
        looked.part = *region;
        const Size size = fit_within(region->size(), kTrimSide);
        const DecodeOptions decode{
            .page = group.decode.page, .animated = group.decode.animated, .truncated = group.decode.truncated};
        const VImage image = load(group.header, source_, decode, whole_for(looked, size));
        std::optional<Rect> content; // of all frames together
        for_each_frame(image, group.frames, [&](const VImage& frame) {
            const auto found = find_content(scaled_part(frame, looked, size, false), output.trim);
            if (found) content = content ? united(*content, *found) : *found;
        });
        return within(*region, scaled_to(content.value_or(whole(size)), size, region->size()));
    });
}

Result<Done> OutputPlanner::check_size(const Layout& layout, std::int32_t frames) const {
    const Size full = layout.full();
    const double pixels = static_cast<double>(layout.scaled.width) * layout.scaled.height * frames;
    const bool fits =
        pixels <= static_cast<double>(job_.limits.max_pixels) &&
        static_cast<double>(full.width) * full.height * frames <= static_cast<double>(job_.limits.max_pixels);
    if (full.width <= kMaxSide && full.height <= kMaxSide && fits) return Done{};
    const bool long_side = full.width > kMaxSide || full.height > kMaxSide;
    const std::string times = frames > 1 && !long_side ? std::to_string(frames) + " frames of " : "";
    const std::int64_t limit = long_side ? std::int64_t{kMaxSide} : job_.limits.max_pixels;
    return Failure{.reason = Reason::too_large,
                   .message = "the thumbnail would have " + times + std::to_string(full.width) + " x " +
                              std::to_string(full.height) + " pixels: at most " + std::to_string(limit) +
                              (long_side ? " are made on a side" : " are made in all (--max-pixels)"),
                   .limit = limit};
}

} // namespace thumbnailer
