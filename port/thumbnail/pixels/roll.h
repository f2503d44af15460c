// The frames of an animation in memory: as libvips has them, a roll with one below the other, or in a row, where a
// vertical filter reads no pixel of a neighbour. May throw vips::VError.
#pragma once

#include <vips/vips8>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The frames of a roll side by side.
vips::VImage as_row(const vips::VImage& roll, int frames);
// The frames of a row one below the other.
vips::VImage as_roll(const vips::VImage& row, int frames);
// This part of each frame, as a roll.
vips::VImage part_of_frames(const vips::VImage& roll, int frames, const Rect& part);

// Without alpha when all of it is opaque: decoders give most animations alpha, because frames leave out what stays.
vips::VImage without_opaque_alpha(const vips::VImage& image);

// Puts the frames of one animation together.
class RollWriter {
public:
    explicit RollWriter(int frames) : frames_(frames) {}

    // The next frames. Those with fewer bands than others are opaque.
    void add(const vips::VImage& roll, int frames);
    // All frames, with the fields of the first that was added.
    vips::VImage finish();

private:
    int frames_;
    int written_ = 0;
    vips::VImage first_;
    vips::VImage whole_;
};

} // namespace thumbnailer
