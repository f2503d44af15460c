#include "thumbnail/steps/upright.h"

namespace thumbnailer {

using vips::VImage;

VImage upright(const VImage& image, int orientation) {
    constexpr VipsAngle kAngles[] = {VIPS_ANGLE_D0,  VIPS_ANGLE_D0,  VIPS_ANGLE_D0,   VIPS_ANGLE_D180, VIPS_ANGLE_D180,
                                     VIPS_ANGLE_D90, VIPS_ANGLE_D90, VIPS_ANGLE_D270, VIPS_ANGLE_D270};
    const bool mirrored = orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
    VImage seen = image;
    if (kAngles[orientation] != VIPS_ANGLE_D0) seen = seen.rot(kAngles[orientation]);
    if (mirrored) seen = seen.flip(VIPS_DIRECTION_HORIZONTAL);
    seen = seen.copy();
    seen.remove(VIPS_META_ORIENTATION);
    return seen;
}

} // namespace thumbnailer
