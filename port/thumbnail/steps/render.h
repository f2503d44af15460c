// Makes the final pixels of one output from a decoded image. Everything here may throw vips::VError.
#pragma once

#include <optional>
#include <vips/vips8>

#include "thumbnail/geometry/plan.h"

namespace thumbnailer {

// The part of the view at `scaled` size, oriented, in memory. The image may be smaller than the view because of
// shrink-on-load.
vips::VImage scaled_part(const vips::VImage& image, const View& view, Size scaled, bool linear);

// Crops the result of scaled_part and applies the effects, the canvas, the overlay and the padding.
class Renderer {
public:
    // `overlay`, if any, is already scaled.
    Renderer(const Plan& plan, std::optional<vips::VImage> overlay) : plan_(plan), overlay_(std::move(overlay)) {}

    vips::VImage operator()(const vips::VImage& scaled);

private:
    vips::VImage cropped(const vips::VImage& picture);

    const Plan& plan_;
    std::optional<vips::VImage> overlay_;
    std::optional<Place> crop_; // found in the first frame, the same in all
};

} // namespace thumbnailer
