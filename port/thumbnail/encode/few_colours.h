// The few colours that show an image best, without dithering: see thumbnail/pixels/colour_clusters.h. For palettes of
// at most 16 colours, where the encoders' own quantisers are coarse.
#pragma once

#include <cstddef>
#include <vips/vips8>

namespace thumbnailer {

// A palette can be chosen for images of 8 bits with three bands, or with four of which the last is alpha.
bool can_have_few_colours(const vips::VImage& image);

// Whether the image has at most `most` different colours, as a drawing has. May throw vips::VError.
bool has_at_most_colours(const vips::VImage& image, std::size_t most);

// The image with at most `most` different colours. A colour that most pixels near it have is kept as it is.
// May throw vips::VError.
vips::VImage in_few_colours(const vips::VImage& image, int most);

} // namespace thumbnailer
