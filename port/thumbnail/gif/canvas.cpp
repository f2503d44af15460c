#include "thumbnail/gif/canvas.h"

#include <algorithm>
#include <cstdlib>

namespace thumbnailer {

namespace {

bool is_like(std::uint32_t one, std::uint32_t other, int tolerance) {
    if (one == other) return true;
    if (tolerance == 0 || one == 0 || other == 0) return false;
    for (int shift = 0; shift < 24; shift += 8) {
        const int apart = static_cast<int>(one >> shift & 255) - static_cast<int>(other >> shift & 255);
        if (std::abs(apart) > tolerance) return false;
    }
    return true;
}

// The rectangle around places that come row by row.
class Bounds {
public:
    void add(int x, int y) {
        left_ = std::min(left_, x);
        right_ = std::max(right_, x + 1);
        if (bottom_ == 0) top_ = y;
        bottom_ = y + 1;
    }
    Rect rect() const { return bottom_ == 0 ? Rect{} : Rect{left_, top_, right_ - left_, bottom_ - top_}; }

private:
    int left_ = kMaxSide, right_ = 0, top_ = 0, bottom_ = 0;
};

} // namespace

GifCanvas::GifCanvas(Size size, int tolerance)
    : size_(size), tolerance_(tolerance),
      pixels_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height)), drawn_(pixels_.size()) {}

Rect GifCanvas::draw(std::span<const std::uint32_t> frame) {
    Bounds bounds;
    std::size_t at = 0;
    for (int y = 0; y < size_.height; ++y)
        for (int x = 0; x < size_.width; ++x, ++at) {
            const bool differs = frame[at] != 0 && !is_like(frame[at], pixels_[at], tolerance_);
            drawn_[at] = differs ? 1 : 0;
            if (!differs) continue;
            pixels_[at] = frame[at];
            bounds.add(x, y);
        }
    return bounds.rect();
}

Rect GifCanvas::to_erase(std::span<const std::uint32_t> frame) const {
    Bounds bounds;
    std::size_t at = 0;
    for (int y = 0; y < size_.height; ++y)
        for (int x = 0; x < size_.width; ++x, ++at)
            if (pixels_[at] != 0 && frame[at] == 0) bounds.add(x, y);
    return bounds.rect();
}

void GifCanvas::clear(const Rect& rect) {
    for (int y = rect.top; y < rect.top + rect.height; ++y) {
        const auto row = pixels_.begin() + std::ptrdiff_t{y} * size_.width + rect.left;
        std::fill_n(row, rect.width, 0U);
    }
}

} // namespace thumbnailer
