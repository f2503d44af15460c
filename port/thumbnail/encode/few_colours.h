// The few colours that show an image best, without dithering: see thumbnail/pixels/colour_clusters.h. For palettes of
// at most 16 colours, where the encoders' own quantisers are coarse.
#pragma once

#include <vips/vips8>

namespace thumbnailer {

// A palette can be chosen for images of 8 bits with three bands, or with four of which the last is alpha.
bool can_have_few_colours(const vips::VImage& image);

// The image with at most `most` different colours. A colour that most pixels near it have is kept as it is.
// May throw vips::VError.
vips::VImage in_few_colours(const vips::VImage& image, int most);

} // namespace thumbnailer
