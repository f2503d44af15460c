// The plan for one output, after the header of its source was read: sizes and rectangles, no image.
#pragma once

#include <cstddef>

#include "job/format.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The part of an oriented image that an output uses.
struct View {
    int orientation = 1;
    Size oriented_size; // of the whole image
    Rect part;

    Size stored_size() const;
    bool operator==(const View&) const = default;
};

// The sizes and options for making an output.
struct Plan {
    std::size_t index = 0; // of the output
    const Output* output = nullptr;
    View view;
    Layout layout;
    Format format = Format::jpeg;
    bool composed = false; // an overlay or steps of the client change the picture
};

// The plan of an output whose picture is cropped to its centre, when the crop was made already.
Plan after_crop(const Plan& plan);
// The plan of a picture before it is cropped.
Plan before_crop(const Plan& plan);

// The size of the whole image, as it is stored, for which the part of the view has the size `scaled`.
Size whole_for(const View& view, Size scaled);

// Whether the plan can be made from an image of this view scaled to `scaled`: it needs at most half of that size.
bool suffices_for(const View& view, Size scaled, const Plan& plan);

} // namespace thumbnailer
