// The part of the picture that an output uses.
#pragma once

#include "base/result.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The output's region in pixels; by default the whole picture. Fails with bad_option if it is not inside the picture.
Result<Rect> region_of(Size image_size, const Output& output);

// The rectangle in the picture for `inner`, a rectangle relative to `outer`.
Rect within(const Rect& outer, const Rect& inner);

// Scales `rect` from an image of size `from` to one of size `to`, rounded outwards.
Rect scaled_to(const Rect& rect, Size from, Size to);

} // namespace thumbnailer
