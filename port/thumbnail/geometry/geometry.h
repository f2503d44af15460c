// Computes sizes and rectangles, without any image. All are oriented, after EXIF and the options.
#pragma once

#include <optional>

#include "job/output.h"

namespace thumbnailer {

struct Size {
    std::int32_t width = 0;
    std::int32_t height = 0;
    bool operator==(const Size&) const = default;
};

struct Rect {
    std::int32_t left = 0;
    std::int32_t top = 0;
    std::int32_t width = 0;
    std::int32_t height = 0;

    Size size() const { return {width, height}; }
    bool operator==(const Rect&) const = default;
};

// The smallest that holds both.
Rect united(const Rect& one, const Rect& other);

inline Rect whole(Size size) { return {0, 0, size.width, size.height}; }

// The part of the image that is used is scaled to `scaled`, then cropped to the rectangle of size `crop` at (left,
// top), then placed at (x, y) on a canvas of size `canvas`, around which comes `padding`.
struct Layout {
    Size scaled;
    std::int32_t left = 0;
    std::int32_t top = 0;
    Size crop;
    std::int32_t x = 0;
    std::int32_t y = 0;
    Size canvas;
    Padding padding = {};

    bool crops() const { return crop != scaled; }
    bool pads() const { return canvas != crop; }
    // Of the thumbnail, padding included.
    Size full() const {
        return {canvas.width + padding.left + padding.right, canvas.height + padding.top + padding.bottom};
    }
    bool operator==(const Layout&) const = default;
};

// `part` is the used part of an image of size `image`.
Layout lay_out(Size image, const Rect& part, const Output& output);

// The layout for a picture of another size in the place of what was kept: a step has changed it. A canvas that is wider
// or higher stays so.
Layout with_picture_of(const Layout& layout, Size picture, Gravity gravity);

// The position of `inner` in `outer` by gravity. Either may be the larger one.
struct Place {
    std::int32_t x = 0;
    std::int32_t y = 0;
};
Place placed(Size inner, Size outer, Gravity gravity);

// The size with its longest side at most `side`.
Size fit_within(Size size, std::int32_t side);

// The size of an image whose pixels are `aspect` times as wide as they are high, in square ones: the coarser side is
// stretched. Sides that differ by less than a hundredth are taken for equal.
Size in_square_pixels(Size size, double aspect);

// A length in pixels at the output's pixel ratio.
std::int32_t in_pixels(std::int32_t length, const Output& output);

// A decoder scales in the encoded light, not in linear light, so for linear light it scales less or not at all.
Speed speed_of(const Output& output);

// The least factor by which a scaling decoder must exceed the target size; nullopt if the decoder may not scale. From
// twice the target on, the resampler determines the sharpness, not the decoder.
std::optional<std::int32_t> min_oversampling(Speed speed);

// The integer factor by which both sides can shrink.
std::int32_t reduction(Size source, Size scaled);

// The shrink factor for decoding a JPEG of size `source` that is scaled to `scaled`: 1, 2, 4 or 8, for which decoders
// are fast. Balanced is libvips' rule for thumbnails (resample/thumbnail.c). Fast is sharp's (src/pipeline.cc), which
// keeps a margin to the target, because decoded sizes are rounded.
std::int32_t shrink_on_load(Size source, Size scaled, Speed speed);

// The scale for decoding a WebP of size `source`.
double scale_on_load(Size source, Size scaled, Speed speed);

} // namespace thumbnailer
