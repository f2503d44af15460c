// From a decoded image to the finished pixels of one output. Everything here may throw vips::VError.
#pragma once

#include <optional>
#include <vips/vips8>

#include "thumbnail/geometry/plan.h"

namespace thumbnailer {

// The part of the view at `scaled` size, upright, in memory. The image may be smaller than the view says, by what the
// decoder left out.
vips::VImage scaled_part(const vips::VImage& image, const View& view, Size scaled, bool linear);

// Cuts, colours and frames what scaled_part made.
class Renderer {
public:
    // `overlay`, if there is one, has its size already.
    Renderer(const Plan& plan, std::optional<vips::VImage> overlay) : plan_(plan), overlay_(std::move(overlay)) {}

    vips::VImage operator()(const vips::VImage& scaled);

private:
    vips::VImage cropped(const vips::VImage& picture);

    const Plan& plan_;
    std::optional<vips::VImage> overlay_;
    std::optional<Place> crop_; // found in the first frame, the same in all
};

} // namespace thumbnailer
