// Colours multiplied by their alpha, and blocks of pixels averaged, in one pass over the pixels.
#pragma once

#include <vips/vips8>

namespace thumbnailer {

// Pixels that become one: at most 64 each way, because their sums have 31 bits.
struct Block {
    int across = 1;
    int down = 1;
};

// An image of 8 bits with alpha in floats, its colours multiplied by alpha, each pixel the mean of a block; those at
// the edges are of what is left of the image there. libvips makes floats of each pixel before it averages, which takes
// longer than to decode it. May throw vips::VError.
vips::VImage premultiplied(const vips::VImage& image, Block block);

} // namespace thumbnailer
