// The planes of a decoded source, in its own orientation, without upsampling and without a conversion to RGB.
#pragma once

#include <vector>

#include "thumbnail/pixels/planes.h"
#include "thumbnail/pixels/sample_range.h"

namespace thumbnailer {

// One plane of a source. `x_scale` and `y_scale` are its samples per pixel of the source; its first sample starts at
// the pixel (left, top).
struct SourcePlane {
    Plane plane;
    double x_scale = 1;
    double y_scale = 1;
    double left = 0;
    double top = 0;
};

struct SourcePlanes {
    std::vector<SourcePlane> planes;
    SampleRange range = SampleRange::full;
    bool srgb = true; // its colours are those of sRGB; else a profile says which they are
};

} // namespace thumbnailer
