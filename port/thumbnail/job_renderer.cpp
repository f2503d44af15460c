#include "thumbnail/job_renderer.h"

#include <algorithm>
#include <cmath>

#include "thumbnail/animation.h"
#include "thumbnail/decode/check_header.h"
#include "thumbnail/decode/preview.h"
#include "thumbnail/encode/metadata.h"
#include "thumbnail/encode/quality_search.h"
#include "thumbnail/geometry/orientation.h"
#include "thumbnail/geometry/region.h"
#include "thumbnail/pixels/colour.h"
#include "thumbnail/pixels/planes.h"
#include "thumbnail/placeholder/placeholder.h"
#include "thumbnail/scaled_image_cache.h"
#include "thumbnail/steps/overlay.h"
#include "thumbnail/steps/trim.h"
#include "thumbnail/vips/vips_errors.h"
#include "thumbnail/ycbcr/ycbcr_pipeline.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// A border is looked for in a copy of at most this size: finer than any thumbnail can show.
constexpr std::int32_t kTrimSide = 2048;

std::string unreadable(const Header& header) {
    return "the " + std::string(name_of(header.format)) + " image cannot be read";
}

Take take_for(const Output& output, const Header& header, Format format) {
    const bool animated = output.animated && header.frames > 1 && is_animated(format);
    const Speed speed = speed_of(output);
    const bool preview = allows_preview(header, output) && speed != Speed::best && !animated;
    return {.page = output.page, .animated = animated, .speed = speed, .preview = preview};
}

// How large the whole image must be for its part to have the size that is wanted.
Size whole_for(const View& view, Size scaled) {
    const auto side = [](std::int32_t all, std::int32_t part, std::int32_t wanted) {
        return static_cast<std::int32_t>(std::min(std::ceil(static_cast<double>(all) / part * wanted), 1e9));
    };
    return turned(
        {side(view.seen.width, view.part.width, scaled.width), side(view.seen.height, view.part.height, scaled.height)},
        view.orientation);
}

VImage first_frame(const VImage& image, const Layout& layout) {
    const Size size = layout.full();
    return image.height() == size.height ? image : image.extract_area(0, 0, size.width, size.height);
}

} // namespace

Result<Done> Studio::make(const Header& header, Outcome& outcome) {
    std::vector<Group> groups;
    for (std::size_t index = 0; index < job_.count; ++index) {
        auto enrolled = enrol(index, header, groups);
        if (enrolled) continue;
        const Reason reason = enrolled.error().reason;
        if (reason != Reason::bad_option && reason != Reason::too_large) return enrolled;
        outcome.products[index].failure = to_plain(enrolled.error());
    }
    for (Group& group : groups)
        if (auto made = make_group(group, outcome); !made) return made;
    return Done{};
}

Result<Done> Studio::enrol(std::size_t index, const Header& header, std::vector<Group>& groups) {
    const Output& output = job_.outputs[index];
    const Format format = format_for(output.format, header.format, header.alpha != 0);
    const Take take = take_for(output, header, format);
    auto group = std::ranges::find(groups, take, &Group::take);
    if (group == groups.end()) {
        auto page = take.page == 0 ? Result<Header>(header) : inspect(job_.limits, images_.source, take.page);
        if (!page) return std::move(page).error();
        const std::int32_t frames = take.animated ? page->frames : 1;
        if (auto checked = check_frames(job_.limits, *page, frames); !checked) return checked;
        group = groups.insert(groups.end(), {take, *page, frames, {}});
    }
    Plan plan{.index = index, .output = &output, .view = {}, .layout = {}, .format = format};
    plan.view.orientation = orientation_of(group->header.orientation, output);
    plan.view.seen = turned({group->header.raw_width, group->header.raw_height}, plan.view.orientation);
    auto part = part_of(output, *group, plan.view);
    if (!part) return std::move(part).error();
    plan.view.part = *part;
    plan.layout = lay_out(plan.view.seen, *part, output);
    if (auto fits = check_size(plan.layout, group->frames); !fits) return fits;
    group->plans.push_back(plan);
    return Done{};
}

Result<Rect> Studio::part_of(const Output& output, const Group& group, const View& view) {
    auto region = region_of(view.seen, output);
    if (!region || output.trim == 0) return region;
    return guarded(Reason::bad_image, unreadable(group.header), [&] {
        View looked = view;
        looked.part = *region;
        const Size size = fit_within(region->size(), kTrimSide);
        const VImage image = load(group.header, images_.source, {.page = group.take.page}, whole_for(looked, size));
        const Rect kept = without_border(scaled_part(image, looked, size, false), output.trim);
        return within(*region, scaled_to(kept, size, region->size()));
    });
}

Result<Done> Studio::make_group(Group& group, Outcome& outcome) {
    if (group.plans.empty()) return Done{}; // all that it had were refused
    Ladder::sort(group.plans);
    if (auto made = make_in_lane(group, outcome); !made) return made;
    if (group.plans.empty()) return Done{};
    const bool still = group.frames == 1;
    Size largest{1, 1};
    std::ptrdiff_t decodes = 0;
    for (std::size_t position = 0; position < group.plans.size(); ++position) {
        const Plan& plan = group.plans[position];
        const Size size = whole_for(plan.view, plan.layout.scaled);
        largest = {std::max(largest.width, size.width), std::max(largest.height, size.height)};
        if (!still || !Ladder::is_served(group.plans, position)) ++decodes;
    }
    if (is_drawing(group.header.format)) largest = renderable(largest, job_.limits.max_pixels);
    auto image = guarded(Reason::bad_image, unreadable(group.header), [&] {
        const VImage loaded = load(group.header, images_.source, group.take, largest);
        return decodes > 1 ? loaded.copy_memory() : loaded; // decoded once, read as often as needed
    });
    if (!image) return std::move(image).error();

    Ladder ladder;
    for (const Plan& plan : group.plans) {
        const auto render = [&](Renderer& renderer) {
            const auto part = [&](const VImage& from) {
                return scaled_part(from, plan.view, plan.layout.scaled, plan.output->linear);
            };
            if (!still)
                return each_frame(*image, group.frames, [&](const VImage& frame) { return renderer(part(frame)); });
            const auto rung = ladder.find(plan);
            const Size rung_size = rung ? Size{rung->width(), rung->height()} : Size{};
            const VImage scaled =
                rung ? scaled_part(*rung, {1, rung_size, whole(rung_size)}, plan.layout.scaled, plan.output->linear)
                     : part(*image);
            ladder.keep(plan, scaled);
            return renderer(scaled);
        };
        auto made = make_one(plan, group, render, outcome.products[plan.index]);
        if (made) continue;
        // The decoder runs as late as here, and its failure is the source's.
        if (made.error().reason == Reason::bad_image) return made;
        outcome.products[plan.index].failure = to_plain(made.error());
    }
    return Done{};
}

Result<Done> Studio::make_one(const Plan& plan, const Group& group, const std::function<VImage(Renderer&)>& render,
                              Product& product) {
    auto overlay = overlay_for(plan);
    if (!overlay) return std::move(overlay).error();
    Renderer renderer(plan, std::move(*overlay));
    auto image = guarded(Reason::bad_image, unreadable(group.header), [&] { return render(renderer).copy_memory(); });
    if (!image) return std::move(image).error();

    const Output& output = *plan.output;
    const Format format = plan.format;
    const std::string what = "the thumbnail cannot be written as " + std::string(name_of(format));
    auto placeholder = guarded(Reason::encode_failed, "the placeholder",
                               [&] { return placeholder_of(first_frame(*image, plan.layout), output); });
    if (!placeholder) return std::move(placeholder).error();
    auto encoded = guarded(Reason::encode_failed, what,
                           [&] { return encode_within(with_kept_metadata(*image, output), format, output); });
    if (!encoded) return std::move(encoded).error();
    if (!*encoded) return std::move(*encoded).error();
    return deliver(plan, {(*encoded)->bytes(), *placeholder}, product);
}

// All of a group or none: what needs pixels would have the source decoded a second time.
Result<Done> Studio::make_in_lane(Group& group, Outcome& outcome) {
    const bool overlaid =
        std::ranges::any_of(group.plans, [&](const Plan& plan) { return job_.overlay[plan.index] != 0; });
    if (!job_.lane || group.take.preview || overlaid) return Done{};
    if (!Lane::takes(group.header, group.plans, group.take.speed, job_.limits)) return Done{};
    auto files = guarded(Reason::bad_image, unreadable(group.header),
                         [&] { return lane_.make(images_.source, group.plans, group.take.speed); });
    if (!files) return std::move(files).error();
    std::vector<Plan> left;
    for (std::size_t index = 0; index < files->size(); ++index) {
        const Plan& plan = group.plans[index];
        Product& product = outcome.products[plan.index];
        const auto& file = (*files)[index];
        const auto delivered = file ? deliver(plan, {file->bytes(), {}}, product) : Result<Done>(Done{});
        if (!file) left.push_back(plan);
        if (!delivered) product.failure = to_plain(delivered.error());
    }
    group.plans = std::move(left);
    return Done{};
}

Result<Done> Studio::deliver(const Plan& plan, const MadeThumbnail& made, Product& product) {
    product.made = 1;
    product.format = plan.format;
    product.width = plan.layout.full().width;
    product.height = plan.layout.full().height;
    product.size = made.encoded.size();
    auto stored = store_(plan.index, made, product);
    if (!stored) product.made = 0;
    return stored;
}

Result<std::optional<VImage>> Studio::overlay_for(const Plan& plan) const {
    const std::size_t place = job_.overlay[plan.index];
    if (place == 0) return std::optional<VImage>();
    const Bytes source = images_.overlays[place - 1];
    auto header = inspect(job_.limits, source);
    if (!header) {
        header.error().message = "overlay: " + header.error().message;
        // Not the source's fault: the other outputs are made.
        if (header.error().reason == Reason::bad_image) header.error().reason = Reason::encode_failed;
        header.error().option = "overlay";
        return std::move(header).error();
    }
    return guarded(Reason::encode_failed, "overlay: " + unreadable(*header), [&] {
        const View view{
            header->orientation, {header->width(), header->height()}, {0, 0, header->width(), header->height()}};
        const Size size = overlay_size(view.seen, plan.layout.canvas, *plan.output);
        const VImage image = load(*header, source, {}, turned(size, view.orientation));
        // One that is kept is the source's, and nothing to the overlay.
        const Profile profile = plan.output->profile == Profile::p3 ? Profile::p3 : Profile::srgb;
        return std::optional(in_profile(scaled_part(image, view, size, false), profile, 8).copy_memory());
    });
}

Result<Done> Studio::check_size(const Layout& layout, std::int32_t frames) const {
    const Size full = layout.full();
    const double pixels = static_cast<double>(layout.scaled.width) * layout.scaled.height * frames;
    const bool fits =
        pixels <= static_cast<double>(job_.limits.max_pixels) &&
        static_cast<double>(full.width) * full.height * frames <= static_cast<double>(job_.limits.max_pixels);
    if (full.width <= kMaxSide && full.height <= kMaxSide && fits) return Done{};
    return Failure{.reason = Reason::too_large,
                   .message = "the thumbnail would have " + std::to_string(full.width) + " x " +
                              std::to_string(full.height) + " pixels: at most " + std::to_string(kMaxSide) +
                              " on a side and " + std::to_string(job_.limits.max_pixels) + " in all",
                   .limit = kMaxSide};
}

} // namespace thumbnailer
