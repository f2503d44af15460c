// The orientation of a picture as one of EXIF's eight values, and what it does to sizes and rectangles. "Stored" is as
// the pixels lie in the file, "oriented" as they are displayed.
#pragma once

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// EXIF's orientation of the file, or the turn that the output asks for in its place, then the flip.
int orientation_of(int exif, const Output& output);

inline bool is_sideways(int orientation) { return orientation >= 5; }

// Stored size to oriented size, and back.
inline Size swap_if_sideways(Size size, int orientation) {
    return is_sideways(orientation) ? Size{size.height, size.width} : size;
}

// The stored rectangle of an oriented one, in a picture whose oriented size is given.
Rect stored_rect(const Rect& rect, Size oriented_size, int orientation);

} // namespace thumbnailer
