// A picture as the planes that JPEG and WebP store: luma (Y) and, unless it is grey, chroma (Cb, Cr), by the matrix of
// ITU-R BT.601. Chroma may be subsampled; each sample is at the centre of its pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

class Plane {
public:
    // The samples are uninitialised. There is room for whole JPEG blocks, which may extend over the right and lower
    // edge.
    explicit Plane(Size size);

    Size size() const { return size_; }
    // Drops the rows from `height` on.
    void cut(std::int32_t height) { size_.height = height; }
    // Bytes from one row to the next.
    std::size_t stride() const { return stride_; }
    std::uint8_t* row(std::int32_t index) { return samples_.get() + static_cast<std::size_t>(index) * stride_; }
    const std::uint8_t* row(std::int32_t index) const {
        return samples_.get() + static_cast<std::size_t>(index) * stride_;
    }

private:
    struct Free {
        void operator()(std::uint8_t* samples) const { std::free(samples); }
    };
    Size size_;
    std::size_t stride_;
    std::unique_ptr<std::uint8_t[], Free> samples_;
};

// An encoded file, in memory that its encoder allocated.
struct EncodedFile {
    struct Free {
        void operator()(unsigned char* bytes) const { std::free(bytes); }
    };
    std::unique_ptr<unsigned char, Free> data;
    std::size_t size = 0;

    Bytes bytes() const { return {reinterpret_cast<const std::byte*>(data.get()), size}; }
};

// The plane, rotated and flipped as its EXIF orientation says.
Plane apply_orientation(const Plane& plane, int orientation);

} // namespace thumbnailer
