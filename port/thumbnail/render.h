// From a decoded image to the finished pixels of one output. Everything here may throw vips::VError.
#pragma once

#include <optional>
#include <vips/vips8>

#include "format.h"
#include "geometry.h"

namespace thumbnailer {

// How an image is looked at: turned, and of that which part.
struct View {
    int orientation = 1;
    Size seen; // the whole image, turned
    Rect part;

    Size as_stored() const;
    bool operator==(const View&) const = default;
};

// How an output comes to be, once the size of its source is known.
struct Plan {
    std::size_t index = 0; // of the output
    const Output* output = nullptr;
    View view;
    Layout layout;
    Format format = Format::jpeg;
};

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
