#include "thumbnail/yuv/yuv_means.h"

#include <algorithm>
#include <cstring>

namespace thumbnailer {

namespace {

const std::uint8_t* row_of(const YuvPlane& plane, std::int32_t y) {
    return plane.samples + static_cast<std::size_t>(y) * plane.stride;
}

template <typename Sample>
void add_row(const std::uint8_t* row, std::int32_t left, std::int32_t count, std::uint32_t* sums) {
    for (std::int32_t x = 0; x < count; ++x) {
        Sample sample;
        std::memcpy(&sample, row + static_cast<std::size_t>(left + x) * sizeof(Sample), sizeof(Sample));
        sums[x] += sample;
    }
}

float sample_at(const YuvPlane& plane, std::int32_t x, std::int32_t y) {
    const std::uint8_t* row = row_of(plane, y);
    if (plane.depth == 8) return row[x];
    std::uint16_t sample;
    std::memcpy(&sample, row + static_cast<std::size_t>(x) * 2, 2);
    return sample;
}

} // namespace

void means_of(const YuvPlane& plane, const Blocks& blocks, std::int32_t row, std::vector<float>& means) {
    const Rect& part = blocks.part;
    const std::int32_t top = part.top + row * blocks.height;
    const std::int32_t bottom = std::min(top + blocks.height, part.top + part.height);
    std::vector<std::uint32_t> sums(static_cast<std::size_t>(part.width));
    for (std::int32_t y = top; y < bottom; ++y) {
        if (plane.depth == 8)
            add_row<std::uint8_t>(row_of(plane, y), part.left, part.width, sums.data());
        else
            add_row<std::uint16_t>(row_of(plane, y), part.left, part.width, sums.data());
    }
    const std::int32_t rows = bottom - top;
    for (std::size_t index = 0; index < means.size(); ++index) {
        const std::int32_t from = static_cast<std::int32_t>(index) * blocks.width;
        const std::int32_t to = std::min(from + blocks.width, part.width);
        std::uint32_t sum = 0;
        for (std::int32_t x = from; x < to; ++x) sum += sums[static_cast<std::size_t>(x)];
        means[index] = static_cast<float>(sum) / static_cast<float>((to - from) * rows);
    }
}

void enlarged(const YuvPlane& plane, const Rect& part, std::int32_t across, std::int32_t down, std::int32_t y,
              std::vector<float>& samples) {
    const std::int32_t row = (part.top + y) / down;
    const std::int32_t beside =
        down == 1 ? row : std::clamp(row + ((part.top + y) % 2 == 0 ? -1 : 1), 0, plane.size.height - 1);
    const float nearer = down == 1 ? 1.0F : 0.75F;
    const auto mixed = [&](std::int32_t x) {
        return nearer * sample_at(plane, x, row) + (1 - nearer) * sample_at(plane, x, beside);
    };
    for (std::size_t index = 0; index < samples.size(); ++index) {
        const std::int32_t x = part.left + static_cast<std::int32_t>(index);
        const std::int32_t column = x / across;
        const float left = mixed(column);
        const bool between = x % across != 0 && column + 1 < plane.size.width;
        samples[index] = between ? (left + mixed(column + 1)) / 2 : left;
    }
}

} // namespace thumbnailer
