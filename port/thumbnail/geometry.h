// Where the pixels go: sizes and rectangles only, no image. All in the orientation in which the image is seen.
#pragma once

#include "../options.h"

namespace thumbnailer {

struct Size {
    std::int32_t width = 0;
    std::int32_t height = 0;
    bool operator==(const Size&) const = default;
};

// The image is scaled to `scaled`; of that the rectangle of `kept` size at (left, top) is used; it stands at
// (x, y) on a canvas of `canvas` size.
struct Layout {
    Size scaled;
    std::int32_t left = 0;
    std::int32_t top = 0;
    Size kept;
    std::int32_t x = 0;
    std::int32_t y = 0;
    Size canvas;

    bool crops() const { return kept != scaled; }
    bool pads() const { return canvas != kept; }
    bool operator==(const Layout&) const = default;
};

Layout lay_out(Size source, const Output& output);

// How many times smaller the image may be decoded, for an image of `source` scaled to `scaled`: one of 1, 2, 4, 8,
// leaving at least twice the target, so that the resampler and not the decoder decides what is sharp. libvips'
// own rule for thumbnails (resample/thumbnail.c).
std::int32_t shrink_on_load(Size source, Size scaled);

} // namespace thumbnailer
