#include "thumbnail/steps/user_steps.h"

#include <algorithm>

#include "thumbnail/pixels/pixels.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr std::size_t kBytesOfPixel = 4;

bool is_opaque(const std::vector<std::uint8_t>& rgba) {
    for (std::size_t at = 3; at < rgba.size(); at += kBytesOfPixel)
        if (rgba[at] != 255) return false;
    return true;
}

void* copy_field(VipsImage*, const char* name, GValue* value, void* to) {
    vips_image_set(static_cast<VipsImage*>(to), name, value);
    return nullptr;
}

// With what is known of the picture beside its pixels: the metadata that may be kept.
VImage image_of(const StepPicture& picture, const VImage& before) {
    VipsImage* made = vips_image_new_from_memory_copy(picture.rgba.data(), picture.rgba.size(), picture.width,
                                                      picture.height, kBytesOfPixel, VIPS_FORMAT_UCHAR);
    if (made == nullptr) throw vips::VError();
    const VImage image = VImage(made).copy(VImage::option()
                                               ->set("interpretation", VIPS_INTERPRETATION_sRGB)
                                               ->set("xres", before.xres())
                                               ->set("yres", before.yres()));
    vips_image_map(before.get_image(), copy_field, image.get_image());
    // Alpha that says nothing would cost bytes.
    return !before.has_alpha() && is_opaque(picture.rgba) ? image.extract_band(0, VImage::option()->set("n", 3))
                                                          : image;
}

Failure failure_of(const StepFailure& failed, std::uint32_t use) {
    const bool refused = failed.fault == StepFault::refused;
    return {.reason = refused ? Reason::step_refused : Reason::step_failed,
            .message = failed.message,
            .step_fault = failed.fault,
            .step_use = use + 1};
}

} // namespace

// They are those of the program, the same for each job.
void UserSteps::set_limits(const Limits& limits) {
    if (!runner_)
        runner_.emplace(
            StepLimits{.max_memory = limits.max_step_memory, .max_side = kMaxSide, .max_pixels = limits.max_pixels});
}

Result<StepPicture> UserSteps::run(const StepPicture& source, const Job& job, std::uint32_t use) {
    const StepUse& asked = job.step_uses[use];
    const StepImage* step = steps_.find(asked.step);
    if (step == nullptr) return Failure{Reason::internal, "the step is not in this worker"};
    progress_.begin(use);
    auto outcome = runner_->run(*step, source, std::span(job.step_values).subspan(asked.first_value, asked.values));
    progress_.end();
    if (const auto* failed = std::get_if<StepFailure>(&outcome)) return failure_of(*failed, use);
    return std::get<StepPicture>(std::move(outcome));
}

Result<VImage> UserSteps::apply(const VImage& picture, const Job& job, std::size_t index) {
    const StepRange range = job.steps[index];
    if (range.count == 0) return picture;
    set_limits(job.limits);
    Pixels pixels = pixels_of(picture);
    StepPicture current{pixels.width, pixels.height, std::move(pixels.rgba)};
    for (std::uint32_t use = range.first; use < std::uint32_t{range.first} + range.count; ++use) {
        auto made = run(current, job, use);
        if (!made) return std::move(made).error();
        current = std::move(*made);
    }
    return image_of(current, picture);
}

Result<std::string> UserSteps::describe(const Job& job) {
    const StepImage* step = steps_.find(job.describe_step);
    if (step == nullptr) return Failure{Reason::internal, "the step is not in this worker"};
    set_limits(job.limits);
    progress_.begin(0);
    auto described = runner_->describe(*step);
    progress_.end();
    if (const auto* failed = std::get_if<StepFailure>(&described)) return failure_of(*failed, 0);
    std::string text = std::get<std::string>(std::move(described));
    if (text.size() <= kMaxStepDescription) return text;
    return failure_of(
        {StepFault::bad_result, "its description has more than " + std::to_string(kMaxStepDescription) + " bytes"}, 0);
}

} // namespace thumbnailer
