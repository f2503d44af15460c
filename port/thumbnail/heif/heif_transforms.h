// The rotation and the crop of an item, as one orientation and one rectangle of the stored picture.
#pragma once

#include "base/result.h"
#include "thumbnail/heif/heif_properties.h"

namespace thumbnailer {

struct HeifView {
    Rect crop;                    // of the picture as it is stored
    std::int32_t orientation = 1; // EXIF, 1 to 8: from the stored to the shown picture
};

// Applies the transforms, in their order, to what is seen so far. Fails with bad_image when a part that is cut out is
// not in the picture.
Result<HeifView> transformed(HeifView view, const std::vector<HeifTransform>& transforms);

} // namespace thumbnailer
