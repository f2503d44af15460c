// The part of the picture that an output uses.
#pragma once

#include "base/result.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The region asked for in pixels, the whole picture when none is. Fails with bad_option when it reaches out of it.
Result<Rect> region_of(Size image_size, const Output& output);

// What `inner`, a rectangle of `outer`, is in the picture.
Rect within(const Rect& outer, const Rect& inner);

// What `rect` of an image of size `from` is in one of size `to`, no pixel of it left out.
Rect scaled_to(const Rect& rect, Size from, Size to);

} // namespace thumbnailer
