#include "thumbnail/steps/apply_orientation.h"

namespace thumbnailer {

using vips::VImage;

VImage apply_orientation(const VImage& image, int orientation) {
    constexpr VipsAngle kAngles[] = {VIPS_ANGLE_D0,  VIPS_ANGLE_D0,  VIPS_ANGLE_D0,   VIPS_ANGLE_D180, VIPS_ANGLE_D180,
                                     VIPS_ANGLE_D90, VIPS_ANGLE_D90, VIPS_ANGLE_D270, VIPS_ANGLE_D270};
    const bool mirrored = orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
    VImage oriented = image;
    if (kAngles[orientation] != VIPS_ANGLE_D0) oriented = oriented.rot(kAngles[orientation]);
    if (mirrored) oriented = oriented.flip(VIPS_DIRECTION_HORIZONTAL);
    oriented = oriented.copy();
    oriented.remove(VIPS_META_ORIENTATION);
    return oriented;
}

} // namespace thumbnailer
