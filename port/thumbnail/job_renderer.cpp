#include "thumbnail/job_renderer.h"

#include <algorithm>
#include <cmath>

#include "thumbnail/animation.h"
#include "thumbnail/decode/check_header.h"
#include "thumbnail/decode/open_image.h"
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
#include "thumbnail/steps/user_steps.h"
#include "thumbnail/vips/vips_errors.h"
#include "thumbnail/ycbcr/ycbcr_pipeline.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// The border is searched in a copy of at most this size, which is finer than any thumbnail.
constexpr std::int32_t kTrimSide = 2048;

std::string unreadable(const Header& header) {
    return "the " + std::string(name_of(header.format)) + " image cannot be read";
}

DecodeOptions decode_options_for(const Output& output, const Header& header, Format format) {
    const bool animated = output.animated && header.frames > 1 && is_animated(format);
    const Speed speed = speed_of(output);
    const bool preview = allows_preview(header, output) && speed != Speed::best && !animated;
    return {.page = output.page, .animated = animated, .speed = speed, .preview = preview};
}

// The size of the whole image for which its part has the wanted size.
Size whole_for(const View& view, Size scaled) {
    const auto side = [](std::int32_t all, std::int32_t part, std::int32_t wanted) {
        return static_cast<std::int32_t>(std::min(std::ceil(static_cast<double>(all) / part * wanted), 1e9));
    };
    return swap_if_sideways({side(view.oriented_size.width, view.part.width, scaled.width),
                             side(view.oriented_size.height, view.part.height, scaled.height)},
                            view.orientation);
}

VImage first_frame(const VImage& image, const Layout& layout) {
    const Size size = layout.full();
    return image.height() == size.height ? image : image.extract_area(0, 0, size.width, size.height);
}

} // namespace

Result<Done> JobRenderer::make(const Header& header, JobResult& job_result) {
    std::vector<Group> groups;
    for (std::size_t index = 0; index < job_.count; ++index) {
        auto planned = plan_output(index, header, groups);
        if (planned) continue;
        const Reason reason = planned.error().reason;
        if (reason != Reason::bad_option && reason != Reason::too_large) return planned;
        job_result.outputs[index].failure = to_wire(planned.error());
    }
    for (Group& group : groups)
        if (auto made = make_group(group, job_result); !made) return made;
    return Done{};
}

Result<Done> JobRenderer::plan_output(std::size_t index, const Header& header, std::vector<Group>& groups) {
    const Output& output = job_.outputs[index];
    const Format format = format_for(output.format, header.format, header.alpha != 0);
    const DecodeOptions decode = decode_options_for(output, header, format);
    auto group = std::ranges::find(groups, decode, &Group::decode);
    if (group == groups.end()) {
        auto page = decode.page == 0 ? Result<Header>(header)
                                     : check_header(job_.limits, header.format, images_.source, decode.page);
        if (!page) return std::move(page).error();
        const std::int32_t frames = decode.animated ? page->frames : 1;
        if (auto checked = check_frames(job_.limits, *page, frames); !checked) return checked;
        group = groups.insert(groups.end(), {decode, *page, frames, {}});
    }
    Plan plan{.index = index, .output = &output, .view = {}, .layout = {}, .format = format};
    plan.view.orientation = orientation_of(group->header.orientation, output);
    plan.view.oriented_size =
        swap_if_sideways({group->header.raw_width, group->header.raw_height}, plan.view.orientation);
    auto part = part_of(output, *group, plan.view);
    if (!part) return std::move(part).error();
    plan.view.part = *part;
    plan.layout = lay_out(plan.view.oriented_size, *part, output);
    if (auto fits = check_size(plan.layout, group->frames); !fits) return fits;
    group->plans.push_back(plan);
    return Done{};
}

Result<Rect> JobRenderer::part_of(const Output& output, const Group& group, const View& view) {
    auto region = region_of(view.oriented_size, output);
    if (!region || output.trim == 0) return region;
    return catch_vips_errors(Reason::bad_image, unreadable(group.header), [&] {
        View looked = view;
        looked.part = *region;
        const Size size = fit_within(region->size(), kTrimSide);
        const VImage image = load(group.header, images_.source, {.page = group.decode.page}, whole_for(looked, size));
        const Rect kept = find_content(scaled_part(image, looked, size, false), output.trim);
        return within(*region, scaled_to(kept, size, region->size()));
    });
}

Result<Done> JobRenderer::make_group(Group& group, JobResult& job_result) {
    if (group.plans.empty()) return Done{}; // all outputs were refused
    ScaledImageCache::sort_largest_first(group.plans);
    if (auto made = make_by_fast_path(group, job_result); !made) return made;
    if (group.plans.empty()) return Done{};
    const bool still = group.frames == 1;
    Size largest{1, 1};
    std::ptrdiff_t decodes = 0;
    for (std::size_t position = 0; position < group.plans.size(); ++position) {
        const Plan& plan = group.plans[position];
        const Size size = whole_for(plan.view, plan.layout.scaled);
        largest = {std::max(largest.width, size.width), std::max(largest.height, size.height)};
        if (!still || !ScaledImageCache::is_made_from_earlier(group.plans, position)) ++decodes;
    }
    if (is_drawing(group.header.format)) largest = renderable(largest, job_.limits.max_pixels);
    auto image = catch_vips_errors(Reason::bad_image, unreadable(group.header), [&] {
        const VImage loaded = load(group.header, images_.source, group.decode, largest);
        return decodes > 1 ? loaded.copy_memory() : loaded; // decoded once, read as often as needed
    });
    if (!image) return std::move(image).error();

    ScaledImageCache cache;
    for (const Plan& plan : group.plans) {
        const auto render = [&](Renderer& renderer) {
            const auto part = [&](const VImage& from) {
                return scaled_part(from, plan.view, plan.layout.scaled, plan.output->linear);
            };
            if (!still)
                return each_frame(*image, group.frames, [&](const VImage& frame) { return renderer(part(frame)); });
            const auto entry = cache.find(plan);
            const Size entry_size = entry ? Size{entry->width(), entry->height()} : Size{};
            const VImage scaled =
                entry ? scaled_part(*entry, {1, entry_size, whole(entry_size)}, plan.layout.scaled, plan.output->linear)
                      : part(*image);
            cache.add(plan, scaled);
            return renderer(scaled);
        };
        auto made = make_one(plan, group, render, job_result.outputs[plan.index]);
        if (made) continue;
        // libvips decodes lazily, in this call, so a decode error here is an error of the source, not of the output.
        if (made.error().reason == Reason::bad_image) return made;
        job_result.outputs[plan.index].failure = to_wire(made.error());
    }
    return Done{};
}

Result<Done> JobRenderer::make_one(const Plan& plan, const Group& group, const std::function<VImage(Renderer&)>& render,
                                   OutputResult& output_result) {
    Renderer renderer(plan, sources_for(plan));
    auto image =
        catch_vips_errors(Reason::bad_image, unreadable(group.header), [&] { return render(renderer).copy_memory(); });
    if (!image) return std::move(image).error();
    if (renderer.failure()) return *renderer.failure();
    if (auto fits = check_size(renderer.layout(), group.frames); !fits) return fits;

    const Output& output = *plan.output;
    const Format format = plan.format;
    const std::string what = "the thumbnail cannot be written as " + std::string(name_of(format));
    auto placeholder = catch_vips_errors(Reason::encode_failed, "the placeholder",
                                         [&] { return placeholder_of(first_frame(*image, renderer.layout()), output); });
    if (!placeholder) return std::move(placeholder).error();
    auto encoded = catch_vips_errors(Reason::encode_failed, what, [&] {
        return encode_with_search(with_kept_metadata(*image, output), format, output);
    });
    if (!encoded) return std::move(encoded).error();
    if (!*encoded) return std::move(*encoded).error();
    return store(plan, renderer.layout(), {(*encoded)->bytes(), *placeholder}, output_result);
}

RenderSources JobRenderer::sources_for(const Plan& plan) const {
    RenderSources sources;
    sources.overlay = [this, &plan](Size canvas) { return overlay_for(plan, canvas); };
    if (job_.steps[plan.index].count > 0)
        sources.steps = [this, &plan](const VImage& picture) { return user_steps_->apply(picture, job_, plan.index); };
    return sources;
}

// All outputs of a group or none: with a mixture the source would be decoded twice.
Result<Done> JobRenderer::make_by_fast_path(Group& group, JobResult& job_result) {
    const bool needs_pixels = std::ranges::any_of(group.plans, [&](const Plan& plan) {
        return job_.overlay[plan.index] != 0 || job_.steps[plan.index].count != 0;
    });
    if (!job_.jpeg_fast_path || group.decode.preview || needs_pixels) return Done{};
    if (!YcbcrPipeline::can_make(group.header, group.plans, group.decode.speed, job_.limits)) return Done{};
    auto files = catch_vips_errors(Reason::bad_image, unreadable(group.header), [&] {
        return ycbcr_pipeline_.make(images_.source, group.plans, group.decode.speed);
    });
    if (!files) return std::move(files).error();
    std::vector<Plan> left;
    for (std::size_t index = 0; index < files->size(); ++index) {
        const Plan& plan = group.plans[index];
        OutputResult& output_result = job_result.outputs[plan.index];
        const auto& file = (*files)[index];
        const auto stored = file ? store(plan, plan.layout, {file->bytes(), {}}, output_result) : Result<Done>(Done{});
        if (!file) left.push_back(plan);
        if (!stored) output_result.failure = to_wire(stored.error());
    }
    group.plans = std::move(left);
    return Done{};
}

Result<Done> JobRenderer::store(const Plan& plan, const Layout& layout, const EncodedOutput& made,
                                OutputResult& output_result) {
    output_result.made = 1;
    output_result.format = plan.format;
    output_result.width = layout.full().width;
    output_result.height = layout.full().height;
    output_result.size = made.encoded.size();
    auto stored = store_(plan.index, made, output_result);
    if (!stored) output_result.made = 0;
    return stored;
}

Result<std::optional<VImage>> JobRenderer::overlay_for(const Plan& plan, Size canvas) const {
    const std::size_t place = job_.overlay[plan.index];
    if (place == 0) return std::optional<VImage>();
    auto opened = open_image(job_.limits, images_.overlays[place - 1]);
    if (!opened) {
        Failure& failure = opened.error();
        failure.message = "overlay: " + failure.message;
        // Not an error of the source, so the other outputs are made.
        if (failure.reason == Reason::bad_image) failure.reason = Reason::encode_failed;
        failure.option = "overlay";
        return std::move(failure);
    }
    const Header& header = opened->header;
    return catch_vips_errors(Reason::encode_failed, "overlay: " + unreadable(header), [&] {
        const View view{header.orientation, {header.width(), header.height()}, {0, 0, header.width(), header.height()}};
        const Size size = overlay_size(view.oriented_size, canvas, *plan.output);
        const VImage image = load(header, opened->bytes, {}, swap_if_sideways(size, view.orientation));
        // One that is kept is the source's, and nothing to the overlay.
        const Profile profile = plan.output->profile == Profile::p3 ? Profile::p3 : Profile::srgb;
        return std::optional(in_profile(scaled_part(image, view, size, false), profile, 8).copy_memory());
    });
}

Result<Done> JobRenderer::check_size(const Layout& layout, std::int32_t frames) const {
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
