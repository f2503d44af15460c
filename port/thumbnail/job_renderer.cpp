#include "thumbnail/job_renderer.h"

#include <algorithm>

#include "thumbnail/animation.h"
#include "thumbnail/decode/drawing.h"
#include "thumbnail/decode/open_image.h"
#include "thumbnail/encode/metadata.h"
#include "thumbnail/encode/quality_search.h"
#include "thumbnail/geometry/orientation.h"
#include "thumbnail/pixels/colour.h"
#include "thumbnail/pixels/pixels.h"
#include "thumbnail/pixels/planes.h"
#include "thumbnail/placeholder/placeholder.h"
#include "thumbnail/scaled_image_cache.h"
#include "thumbnail/steps/overlay.h"
#include "thumbnail/steps/user_steps.h"
#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// Of a GIF or PNG that becomes one of the same format, or an animation that becomes a WebP, with no more pixels; 0: of
// anything else.
std::size_t source_bytes_of(const Plan& plan, const OutputGroup& group, Bytes source) {
    const Header& header = group.header;
    const Size made = plan.layout.full();
    const bool enlarged = made.width > header.width() || made.height > header.height();
    const bool can_have_palette = plan.format == Format::gif || plan.format == Format::png;
    const bool compared = can_have_palette ? header.format == plan.format : group.frames > 1;
    return compared && !enlarged ? source.size() : 0;
}

VImage first_frame(const VImage& image, const Layout& layout) {
    const Size size = layout.full();
    return image.height() == size.height ? image : image.extract_area(0, 0, size.width, size.height);
}

} // namespace

// An output that takes what is there of a source that is cut has it; for the others the source is bad.
Result<Done> JobRenderer::check_whole(const Output& output) const {
    if (!images_.cut || output.truncated == Truncated::allow) return Done{};
    return Failure{Reason::bad_image, "the image ends inside its data: what is there is shown with truncated: allow"};
}

Result<Done> JobRenderer::make(const Header& header, JobResult& job_result) {
    const auto takes_what_is_there = [](const Output& output) { return output.truncated == Truncated::allow; };
    const bool some = std::any_of(job_.outputs.begin(), job_.outputs.begin() + job_.count, takes_what_is_there);
    std::vector<OutputGroup> groups;
    for (std::size_t index = 0; index < job_.count; ++index) {
        auto planned = check_whole(job_.outputs[index]);
        if (!planned && !some) return planned;
        const bool whole = planned.has_value();
        if (whole) planned = planner_.plan(index, header, groups);
        if (planned) continue;
        const Reason reason = planned.error().reason;
        if (whole && reason != Reason::bad_option && reason != Reason::too_large) return planned;
        job_result.outputs[index].failure = to_wire(planned.error());
    }
    for (OutputGroup& group : groups)
        if (auto made = make_group(group, job_result); !made) return made;
    if (images_.cut) warnings_.emplace_back("the image ends inside its data");
    if (auto clean = check_warnings(); !clean) return clean;
    std::string lines;
    for (const std::string& warning : warnings_) lines += (lines.empty() ? "" : "\n") + warning;
    copy_text(lines, job_result.warnings);
    return Done{};
}

Result<Done> JobRenderer::check_warnings() const {
    const auto refuses = [](const Output& output) { return output.fail_on_warning; };
    if (warnings_.empty() || std::none_of(job_.outputs.begin(), job_.outputs.begin() + job_.count, refuses))
        return Done{};
    return Failure{Reason::bad_image, "the decoder warns of the image: " + warnings_.front()};
}

void JobRenderer::take_warnings() {
    for (std::string& line : take_vips_lines())
        if (std::ranges::find(warnings_, line) == warnings_.end()) warnings_.push_back(std::move(line));
}

Result<Done> JobRenderer::make_group(OutputGroup& group, JobResult& job_result) {
    if (group.plans.empty()) return Done{}; // all outputs were refused
    ScaledImageCache::sort_largest_first(group.plans);
    if (auto made = make_by_fast_path(group, job_result); !made) return made;
    if (group.plans.empty()) return Done{};
    const auto image = decode_group(group);
    if (!image) return image.error();
    take_warnings();
    ScaledImageCache cache;
    for (const Plan& plan : group.plans) {
        const auto render = [&](Renderer& renderer) {
            return group.frames == 1 ? render_still(*image, plan, cache, renderer)
                                     : render_animation(*image, group, plan, renderer);
        };
        auto made = make_one(plan, group, render, job_result.outputs[plan.index]);
        if (made) continue;
        // libvips decodes lazily, in this call, so a decode error here is an error of the source, not of the output.
        if (made.error().reason == Reason::bad_image) return made;
        job_result.outputs[plan.index].failure = to_wire(made.error());
    }
    return Done{};
}

// As large as the largest output needs it; in memory when more than one output is made from it.
Result<VImage> JobRenderer::decode_group(const OutputGroup& group) const {
    Size largest{1, 1};
    std::ptrdiff_t uses = 0;
    for (std::size_t position = 0; position < group.plans.size(); ++position) {
        const Plan& plan = group.plans[position];
        const Size size = whole_for(plan.view, plan.layout.scaled);
        largest = {std::max(largest.width, size.width), std::max(largest.height, size.height)};
        if (group.frames > 1 || !ScaledImageCache::is_made_from_earlier(group.plans, position)) ++uses;
    }
    if (is_drawing(group.header.format)) largest = renderable(largest, job_.limits.max_pixels);
    return catch_vips_errors(Reason::bad_image, unreadable(group.header), [&] {
        const VImage loaded = load(group.header, images_.source, group.decode, largest);
        return uses > 1 ? loaded.copy_memory() : loaded;
    });
}

// From what an earlier output has scaled already, where that is large enough.
VImage JobRenderer::render_still(const VImage& image, const Plan& plan, ScaledImageCache& cache, Renderer& renderer) {
    const auto entry = cache.find(plan);
    const Size size = entry ? Size{entry->width(), entry->height()} : Size{};
    const View view = entry ? View{1, size, whole(size)} : plan.view;
    const VImage scaled = scaled_part(entry ? *entry : image, view, plan.layout.scaled, plan.output->linear);
    cache.add(plan, scaled);
    return renderer(scaled);
}

VImage JobRenderer::render_animation(const VImage& roll, const OutputGroup& group, const Plan& plan,
                                     Renderer& renderer) {
    return each_batch(roll, group.frames, [&](const VImage& batch, int frames) {
        return renderer.frames(scaled_parts(batch, frames, plan.view, plan.layout.scaled, plan.output->linear), frames);
    });
}

Result<Done> JobRenderer::make_one(const Plan& plan, const OutputGroup& group,
                                   const std::function<VImage(Renderer&)>& render, OutputResult& output_result) {
    Renderer renderer(plan, sources_for(plan));
    auto image =
        catch_vips_errors(Reason::bad_image, unreadable(group.header), [&] { return render(renderer).copy_memory(); });
    if (!image) return std::move(image).error();
    take_warnings();
    if (renderer.failure()) return *renderer.failure();
    if (auto fits = planner_.check_size(renderer.layout(), group.frames); !fits) return fits;

    const Output& output = *plan.output;
    const Format format = plan.format;
    const std::string what = "the thumbnail cannot be written as " + std::string(name_of(format));
    auto placeholder = catch_vips_errors(Reason::encode_failed, "the placeholder", [&] {
        return placeholder_of(first_frame(*image, renderer.layout()), output);
    });
    if (!placeholder) return std::move(placeholder).error();
    auto encoded = catch_vips_errors(Reason::encode_failed, what, [&] {
        // A GIF holds none, and would be copied.
        const VImage file = format == Format::gif ? *image : with_kept_metadata(*image, output);
        return encode_with_search(file, format, output, source_bytes_of(plan, group, images_.source));
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
Result<Done> JobRenderer::make_by_fast_path(OutputGroup& group, JobResult& job_result) {
    if (!job_.jpeg_fast_path || group.decode.preview) return Done{};
    if (!YcbcrPipeline::can_make(group.header, group.plans, group.decode.speed, job_.limits)) return Done{};
    auto outputs = catch_vips_errors(Reason::bad_image, unreadable(group.header), [&] {
        return ycbcr_pipeline_.make(group.header.format, images_.source, group.plans, group.decode.speed);
    });
    if (!outputs) return std::move(outputs).error();
    std::vector<Plan> left;
    for (std::size_t index = 0; index < outputs->size(); ++index) {
        const Plan& plan = group.plans[index];
        const YcbcrOutput& output = (*outputs)[index];
        OutputResult& output_result = job_result.outputs[plan.index];
        if (!output.file && output.planes.empty()) {
            left.push_back(plan);
            continue;
        }
        const auto made = output.file ? store(plan, plan.layout, {output.file->bytes(), {}}, output_result)
                                      : make_from_planes(plan, group, output.planes, output_result);
        if (!made) output_result.failure = to_wire(made.error());
    }
    group.plans = std::move(left);
    return Done{};
}

// The profile and the metadata are those of the source, whose header libvips reads for them.
Result<Done> JobRenderer::make_from_planes(const Plan& plan, const OutputGroup& group, std::span<const Plane> planes,
                                           OutputResult& output_result) {
    const bool cropped = plan.output->crop == Crop::centre;
    const auto render = [&](Renderer& renderer) {
        const VImage source = load(group.header, images_.source, group.decode, {1, 1});
        return renderer(with_fields_of(source, image_of(planes)));
    };
    return make_one(cropped ? after_crop(plan) : plan, group, render, output_result);
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
    const auto drawing = prepared_drawing(images_.overlays[place - 1], job_.limits);
    auto opened = drawing ? open_image(job_.limits, *drawing ? Bytes(**drawing) : images_.overlays[place - 1])
                          : Result<OpenImage>(drawing.error());
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

} // namespace thumbnailer
