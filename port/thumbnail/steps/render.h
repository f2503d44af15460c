// Makes the final pixels of one output from a decoded image. Everything here may throw vips::VError.
#pragma once

#include <functional>
#include <optional>
#include <vips/vips8>

#include "base/result.h"
#include "thumbnail/geometry/plan.h"

namespace thumbnailer {

// The part of the view at `scaled` size, oriented, in memory. The image may be smaller than the view because of
// shrink-on-load.
vips::VImage scaled_part(const vips::VImage& image, const View& view, Size scaled, bool linear);
// The same of several frames of an animation, one below the other.
vips::VImage scaled_parts(const vips::VImage& roll, int frames, const View& view, Size scaled, bool linear);

// What the renderer asks for on its way.
struct RenderSources {
    // The overlay in its size, if there is one, for a picture on a canvas of this size.
    std::function<Result<std::optional<vips::VImage>>(Size canvas)> overlay;
    // What the steps make of the picture that a client added; empty when the output has none.
    std::function<Result<vips::VImage>(const vips::VImage& picture)> steps;
};

// Cuts, colours and frames what scaled_part made.
class Renderer {
public:
    Renderer(const Plan& plan, RenderSources sources)
        : plan_(plan), sources_(std::move(sources)), layout_(plan.layout) {}

    // After a failure it returns what it has.
    vips::VImage operator()(const vips::VImage& scaled);
    // Frames of an animation, one below the other, likewise; nothing after a failure.
    std::optional<vips::VImage> frames(const vips::VImage& scaled, int count);

    // Why there is no thumbnail, when what the renderer asked for failed.
    const std::optional<Failure>& failure() const { return failure_; }
    // As planned, or as a step changed it.
    const Layout& layout() const { return layout_; }

private:
    vips::VImage coloured(const vips::VImage& scaled) const;
    vips::VImage composed(const vips::VImage& coloured);
    // Whether a frame is only cut, at a place that is known.
    bool only_cuts() const;
    vips::VImage cropped(const vips::VImage& picture);
    vips::VImage with_steps(const vips::VImage& picture);
    vips::VImage framed(vips::VImage picture);

    const Plan& plan_;
    RenderSources sources_;
    Layout layout_;
    bool rendered_ = false; // a first frame
    std::optional<Failure> failure_;
    std::optional<std::optional<vips::VImage>> overlay_; // once it was asked for
    std::optional<Place> crop_;                          // found in the first frame, the same in all
};

} // namespace thumbnailer
