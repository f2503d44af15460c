#include "thumbnail/steps/render.h"

#include "thumbnail/geometry/orientation.h"
#include "thumbnail/geometry/region.h"
#include "thumbnail/pixels/colour.h"
#include "thumbnail/pixels/roll.h"
#include "thumbnail/steps/apply_orientation.h"
#include "thumbnail/steps/canvas.h"
#include "thumbnail/steps/crop.h"
#include "thumbnail/steps/effects.h"
#include "thumbnail/steps/overlay.h"
#include "thumbnail/steps/resize.h"
#include "thumbnail/vips/compute.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// A gif cannot contain a profile, so its colours are sRGB.
Profile profile_of(const Plan& plan) { return plan.format == Format::gif ? Profile::srgb : plan.output->profile; }

int depth_of(const Plan& plan) {
    const bool deep = plan.format == Format::png || plan.format == Format::tiff;
    return deep && plan.output->bit_depth == BitDepth::sixteen ? 16 : 8;
}

} // namespace

VImage scaled_part(const VImage& image, const View& view, Size scaled, bool linear) {
    const Size decoded{image.width(), image.height()};
    const Rect part =
        scaled_to(stored_rect(view.part, view.oriented_size, view.orientation), view.stored_size(), decoded);
    const VImage used =
        part == whole(decoded) ? image : image.extract_area(part.left, part.top, part.width, part.height);
    const Size target = swap_if_sideways(scaled, view.orientation);
    const VImage small = linear ? resized_in_linear_light(used, target) : resized(used, target);
    return apply_orientation(small.copy_memory(), view.orientation);
}

VImage scaled_parts(const VImage& decoded_roll, int frames, const View& view, Size scaled, bool linear) {
    const VImage roll = without_opaque_alpha(decoded_roll);
    if (frames == 1) return scaled_part(roll, view, scaled, linear);
    const Size decoded{roll.width(), roll.height() / frames};
    if (view.orientation != 1) {
        RollWriter writer(frames);
        for (int index = 0; index < frames; ++index)
            writer.add(scaled_part(roll.extract_area(0, index * decoded.height, decoded.width, decoded.height), view,
                                   scaled, linear),
                       1);
        return writer.finish();
    }
    const VImage used = part_of_frames(roll, frames, scaled_to(view.part, view.oriented_size, decoded));
    const VImage small = linear ? resized_in_linear_light(used, scaled, frames) : resized(used, scaled, frames);
    return computed(small);
}

VImage Renderer::coloured(const VImage& scaled) const { return in_profile(scaled, profile_of(plan_), depth_of(plan_)); }

bool Renderer::only_cuts() const {
    const Output& output = *plan_.output;
    const Layout& layout = plan_.layout;
    return !plan_.composed && !has_effects(output) && output.crop == Crop::centre && !layout.pads() &&
           layout.padding == Padding{} && spec_of(plan_.format).alpha;
}

VImage Renderer::cropped(const VImage& picture) {
    const Layout& layout = plan_.layout;
    if (!layout.crops()) return picture;
    if (!crop_)
        crop_ = plan_.output->crop == Crop::centre ? Place{layout.left, layout.top}
                                                   : find_interesting(picture, layout.crop, plan_.output->crop);
    return picture.extract_area(crop_->x, crop_->y, layout.crop.width, layout.crop.height);
}

VImage Renderer::operator()(const VImage& scaled) {
    return failure_ ? scaled : composed(coloured(scaled).copy_memory());
}

std::optional<VImage> Renderer::frames(const VImage& scaled, int count) {
    const VImage pictures = computed(coloured(scaled));
    const Layout& layout = plan_.layout;
    if (only_cuts())
        return part_of_frames(pictures, count, {layout.left, layout.top, layout.crop.width, layout.crop.height});
    const int height = pictures.height() / count;
    RollWriter writer(count);
    for (int index = 0; index < count; ++index) {
        const VImage made = composed(pictures.extract_area(0, index * height, pictures.width(), height));
        if (failure_) return std::nullopt;
        writer.add(made, 1);
    }
    return writer.finish();
}

VImage Renderer::composed(const VImage& coloured) {
    const VImage stepped = with_steps(with_effects(cropped(coloured), *plan_.output));
    return failure_ ? stepped : framed(stepped);
}

VImage Renderer::with_steps(const VImage& picture) {
    if (!sources_.steps) return picture;
    auto stepped = sources_.steps(picture);
    if (!stepped) {
        failure_ = std::move(stepped).error();
        return picture;
    }
    const Size size{stepped->width(), stepped->height()};
    if (rendered_ && size != layout_.crop)
        failure_ = Failure{.reason = Reason::step_failed,
                           .message = "a step made frames of different sizes of one animation",
                           .step_fault = StepFault::bad_result};
    layout_ = with_picture_of(layout_, size, plan_.output->gravity);
    rendered_ = true;
    return *stepped;
}

// On its canvas, with what lies on it and around it.
VImage Renderer::framed(VImage picture) {
    const Output& output = *plan_.output;
    const Layout& layout = layout_;
    if (layout.pads()) picture = on_canvas(picture, {layout.x, layout.y}, layout.canvas, output.background);
    if (!overlay_) {
        auto overlay = sources_.overlay(layout.canvas);
        if (!overlay) {
            failure_ = std::move(overlay).error();
            return picture;
        }
        overlay_ = std::move(*overlay);
    }
    if (*overlay_) picture = with_overlay(picture, **overlay_, output);
    picture = rounded(picture, output.round > 0 ? in_pixels(output.round, output) : output.round);
    if (layout.padding != Padding{})
        picture = on_canvas(picture, {layout.padding.left, layout.padding.top}, layout.full(), output.background);
    return spec_of(plan_.format).alpha ? picture : flattened(picture, output.background);
}

} // namespace thumbnailer
