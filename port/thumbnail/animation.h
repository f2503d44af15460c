// The frames of an animation in libvips' form: one below the other. May throw vips::VError.
#pragma once

#include <functional>
#include <optional>
#include <vips/vips8>

namespace thumbnailer {

// Each frame in turn; the image itself when it has one.
void for_each_frame(const vips::VImage& roll, int frames, const std::function<void(const vips::VImage& frame)>& look);

// So many frames at a time as have some megapixels together, through `render`, then all of them as one animation again,
// with the delays and the number of repeats of the source. Ends with the source when `render` makes nothing.
using RenderBatch = std::function<std::optional<vips::VImage>(const vips::VImage& batch, int frames)>;
vips::VImage each_batch(const vips::VImage& roll, int frames, const RenderBatch& render);

} // namespace thumbnailer
