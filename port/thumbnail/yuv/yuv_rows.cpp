#include "thumbnail/yuv/yuv_rows.h"

#include <algorithm>
#include <limits>

#include "thumbnail/yuv/yuv_means.h"

namespace thumbnailer {

namespace {

constexpr std::int32_t divided_up(std::int32_t value, std::int32_t by) { return (value + by - 1) / by; }

// The part in a plane that has one sample for each `across` x `down`.
Rect in_chroma(const Rect& part, std::int32_t across, std::int32_t down) {
    return {part.left / across, part.top / down, divided_up(part.width, across), divided_up(part.height, down)};
}

template <typename Sample>
Sample quantised(float light) {
    constexpr float kWhite = std::numeric_limits<Sample>::max();
    return static_cast<Sample>(std::clamp(light * kWhite + 0.5F, 0.0F, kWhite));
}

} // namespace

YuvRows::YuvRows(const YuvPlanes& planes, const YuvMatrix& matrix, const Rect& used, std::int32_t shrink)
    : planes_(planes), matrix_(matrix), used_(used),
      shrink_(shrink), size_{divided_up(used.width, shrink), divided_up(used.height, shrink)} {
    for (std::vector<float>* samples : {&luma_, &cb_, &cr_}) samples->resize(static_cast<std::size_t>(size_.width));
}

void YuvRows::read_means(std::int32_t y) {
    means_of(planes_.planes[0], {used_, shrink_, shrink_}, y, luma_);
    if (planes_.mono) return;
    for (const std::size_t channel : {1U, 2U}) {
        const YuvPlane& plane = planes_.planes[channel];
        std::vector<float>& samples = channel == 1 ? cb_ : cr_;
        if (shrink_ % planes_.across != 0 || shrink_ % planes_.down != 0) {
            enlarged(plane, used_, planes_.across, planes_.down, y, samples);
            continue;
        }
        means_of(plane,
                 {in_chroma(used_, planes_.across, planes_.down), shrink_ / planes_.across, shrink_ / planes_.down}, y,
                 samples);
    }
}

template <typename Sample>
void YuvRows::convert(std::span<Sample> row) const {
    for (std::size_t x = 0; x < luma_.size(); ++x) {
        const float luma = (luma_[x] - matrix_.luma_black) * matrix_.luma_scale;
        if (planes_.mono) {
            row[x] = quantised<Sample>(luma);
            continue;
        }
        const float cb = (cb_[x] - matrix_.chroma_middle) * matrix_.chroma_scale;
        const float cr = (cr_[x] - matrix_.chroma_middle) * matrix_.chroma_scale;
        row[3 * x] = quantised<Sample>(matrix_.identity ? cr : luma + matrix_.red_by_cr * cr);
        row[3 * x + 1] =
            quantised<Sample>(matrix_.identity ? luma : luma + matrix_.green_by_cb * cb + matrix_.green_by_cr * cr);
        row[3 * x + 2] = quantised<Sample>(matrix_.identity ? cb : luma + matrix_.blue_by_cb * cb);
    }
}

void YuvRows::read(std::int32_t y, std::span<std::uint8_t> row) {
    read_means(y);
    convert(row);
}

void YuvRows::read(std::int32_t y, std::span<std::uint16_t> row) {
    read_means(y);
    convert(row);
}

} // namespace thumbnailer
