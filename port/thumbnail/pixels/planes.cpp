#include "thumbnail/pixels/planes.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include "thumbnail/geometry/orientation.h"

namespace thumbnailer {

namespace {

// Rows start at a cache line, for vector instructions.
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kBlock = 8;

constexpr std::size_t rounded_up(std::int32_t length, std::size_t unit) {
    return (static_cast<std::size_t>(length) + unit - 1) / unit * unit;
}

// The offsets for visiting the samples of a stored plane in the order of the oriented plane.
struct Walk {
    std::ptrdiff_t begin;
    std::ptrdiff_t right;
    std::ptrdiff_t down;
};

Walk walk_of(const Plane& plane, int orientation) {
    const auto stride = static_cast<std::ptrdiff_t>(plane.stride());
    const std::ptrdiff_t last = plane.size().width - 1;
    const std::ptrdiff_t bottom = stride * (plane.size().height - 1);
    switch (orientation) {
    case 2: return {last, -1, stride};
    case 3: return {bottom + last, -1, -stride};
    case 4: return {bottom, 1, -stride};
    case 5: return {0, stride, 1};
    case 6: return {bottom, -stride, 1};
    case 7: return {bottom + last, -stride, -1};
    case 8: return {last, stride, -1};
    default: return {0, 1, stride};
    }
}

} // namespace

Plane::Plane(Size size)
    : size_(size), stride_(rounded_up(size.width, kAlignment)),
      samples_(static_cast<std::uint8_t*>(std::aligned_alloc(kAlignment, stride_ * rounded_up(size.height, kBlock)))) {
    if (!samples_) throw std::bad_alloc();
}

Plane apply_orientation(const Plane& plane, int orientation) {
    Plane oriented(swap_if_sideways(plane.size(), orientation));
    const Walk walk = walk_of(plane, orientation);
    for (std::int32_t y = 0; y < oriented.size().height; ++y) {
        const std::uint8_t* from = plane.row(0) + walk.begin + y * walk.down;
        std::uint8_t* to = oriented.row(y);
        if (walk.right == 1)
            std::copy_n(from, oriented.size().width, to);
        else
            for (std::int32_t x = 0; x < oriented.size().width; ++x, from += walk.right) to[x] = *from;
    }
    return oriented;
}

} // namespace thumbnailer
