// What is done with one output, once the size of its source is known: sizes and rectangles only, no image.
#pragma once

#include <cstddef>

#include "job/format.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// How an image is looked at: turned, and of that which part.
struct View {
    int orientation = 1;
    Size oriented_size; // of the whole image
    Rect part;

    Size stored_size() const;
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

// Whether another output can be made of one of this view and size: it is at most half as large.
bool suffices_for(const View& view, Size scaled, const Plan& plan);

} // namespace thumbnailer
