// How the picture is turned between the way it is stored and the way it is seen, as one of EXIF's eight orientations.
#pragma once

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// EXIF's orientation of the file, or the turn that the output asks for in its place, then the flip.
int orientation_of(int exif, const Output& output);

inline bool is_sideways(int orientation) { return orientation >= 5; }

// The size of the other side: as it is seen from as it is stored, and back.
inline Size swap_if_sideways(Size size, int orientation) {
    return is_sideways(orientation) ? Size{size.height, size.width} : size;
}

// Where a rectangle of the picture as it is seen, which has the size `seen`, is stored.
Rect stored_rect(const Rect& rect, Size oriented_size, int orientation);

} // namespace thumbnailer
