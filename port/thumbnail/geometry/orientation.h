// The orientation of a picture as one of EXIF's eight values, and its effect on sizes and rectangles. "Stored" means
// the order of the pixels in the file, "oriented" the displayed picture.
#pragma once

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The file's EXIF orientation, or the output's rotation instead of it, then the flip.
int orientation_of(int exif, const Output& output);

inline bool is_sideways(int orientation) { return orientation >= 5; }

// Stored size to oriented size, and back.
inline Size swap_if_sideways(Size size, int orientation) {
    return is_sideways(orientation) ? Size{size.height, size.width} : size;
}

// The stored rectangle for an oriented one; `size` is the oriented size of the picture.
Rect stored_rect(const Rect& rect, Size oriented_size, int orientation);

} // namespace thumbnailer
