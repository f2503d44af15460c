// What a viewer of an animation shows, frame by frame: a frame only draws the pixels that differ from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// Pixels are opaque, with red in the lowest byte and 255 in the highest, or transparent: 0.
class GifCanvas {
public:
    // Samples that differ by at most `tolerance` are alike.
    GifCanvas(Size size, int tolerance);

    // Draws the opaque pixels of a frame that differ. Returns the rectangle around them, which may be empty.
    Rect draw(std::span<const std::uint32_t> frame);
    // The rectangle around the pixels that must become transparent before this frame is drawn; it may be empty.
    Rect to_erase(std::span<const std::uint32_t> frame) const;
    void clear(const Rect& rect);

    // The pixels as they were drawn, and which of them the last frame drew.
    std::span<const std::uint32_t> pixels() const { return pixels_; }
    bool is_drawn(std::size_t pixel) const { return drawn_[pixel] != 0; }

private:
    Size size_;
    int tolerance_;
    std::vector<std::uint32_t> pixels_;
    std::vector<std::uint8_t> drawn_;
};

} // namespace thumbnailer
