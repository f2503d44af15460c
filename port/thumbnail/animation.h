// The frames of an animation in libvips' form: one below the other. May throw vips::VError.
#pragma once

#include <functional>
#include <vips/vips8>

namespace thumbnailer {

// Calls `render` for each frame and joins the results to an animation with the delays and the number of repeats of the
// source. With one frame it is a still image.
vips::VImage each_frame(const vips::VImage& roll, int frames,
                        const std::function<vips::VImage(const vips::VImage& frame)>& render);

} // namespace thumbnailer
