#include "thumbnail/animation.h"

#include <vector>

namespace thumbnailer {

using vips::VImage;

namespace {

// Gives all frames the same bands: one frame may be opaque and the next not.
std::vector<VImage> with_equal_bands(std::vector<VImage> frames) {
    int most = 0;
    for (const VImage& frame : frames) most = std::max(most, frame.bands());
    for (VImage& frame : frames)
        if (frame.bands() < most) frame = frame.bandjoin_const({255});
    return frames;
}

void copy_timing(const VImage& from, VImage& to) {
    if (from.get_typeof("delay") != 0) to.set("delay", from.get_array_int("delay"));
    if (from.get_typeof("loop") == G_TYPE_INT) to.set("loop", from.get_int("loop"));
}

} // namespace

VImage each_frame(const VImage& roll, int frames, const std::function<VImage(const VImage&)>& render) {
    if (frames <= 1) return render(roll);
    const int height = roll.height() / frames;
    std::vector<VImage> rendered;
    rendered.reserve(static_cast<std::size_t>(frames));
    for (int index = 0; index < frames; ++index)
        rendered.push_back(render(roll.extract_area(0, index * height, roll.width(), height)).copy_memory());
    const VImage joined = VImage::arrayjoin(with_equal_bands(std::move(rendered)), VImage::option()->set("across", 1));
    VImage animation = joined.copy();
    animation.set(VIPS_META_PAGE_HEIGHT, joined.height() / frames);
    animation.set(VIPS_META_N_PAGES, frames);
    copy_timing(roll, animation);
    return animation;
}

} // namespace thumbnailer
