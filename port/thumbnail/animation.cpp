#include "thumbnail/animation.h"

#include <algorithm>
#include <cstdint>

#include "thumbnail/pixels/roll.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// A pipeline of libvips takes longer to begin than the pixels of a small frame.
constexpr std::int64_t kBatchPixels = 500'000;

void copy_timing(const VImage& from, VImage& to) {
    if (from.get_typeof("delay") != 0) to.set("delay", from.get_array_int("delay"));
    if (from.get_typeof("loop") == G_TYPE_INT) to.set("loop", from.get_int("loop"));
}

} // namespace

void for_each_frame(const VImage& roll, int frames, const std::function<void(const VImage&)>& look) {
    const int height = roll.height() / frames;
    for (int index = 0; index < frames; ++index)
        look(frames == 1 ? roll : roll.extract_area(0, index * height, roll.width(), height));
}

VImage each_batch(const VImage& roll, int frames, const RenderBatch& render) {
    const int height = roll.height() / frames;
    const std::int64_t pixels = std::int64_t{roll.width()} * height;
    const int most = static_cast<int>(std::clamp<std::int64_t>(kBatchPixels / pixels, 1, frames));
    RollWriter writer(frames);
    for (int first = 0; first < frames; first += most) {
        const int count = std::min(most, frames - first);
        const auto made = render(roll.extract_area(0, first * height, roll.width(), count * height), count);
        if (!made) return roll;
        writer.add(*made, count);
    }
    VImage animation = writer.finish();
    animation.set(VIPS_META_PAGE_HEIGHT, animation.height() / frames);
    animation.set(VIPS_META_N_PAGES, frames);
    copy_timing(roll, animation);
    return animation;
}

} // namespace thumbnailer
