// The rows of a decoded image as grey or RGB; each pixel is the mean of a square of n x n.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thumbnail/yuv/yuv_matrix.h"
#include "thumbnail/yuv/yuv_planes.h"

namespace thumbnailer {

class YuvRows {
public:
    // The rows of the part `used`, which is inside the image. The squares begin at its top left corner; the last ones
    // may be smaller.
    YuvRows(const YuvPlanes& planes, const YuvMatrix& matrix, const Rect& used, std::int32_t shrink);

    Size size() const { return size_; }
    int bands() const { return planes_.mono ? 1 : 3; }

    // Row `y`, interleaved, with 8 or 16 bits per sample.
    void read(std::int32_t y, std::span<std::uint8_t> row);
    void read(std::int32_t y, std::span<std::uint16_t> row);

private:
    void read_means(std::int32_t y);
    template <typename Sample>
    void convert(std::span<Sample> row) const;

    const YuvPlanes& planes_;
    const YuvMatrix& matrix_;
    Rect used_;
    std::int32_t shrink_;
    Size size_;
    std::vector<float> luma_;
    std::vector<float> cb_;
    std::vector<float> cr_;
};

} // namespace thumbnailer
