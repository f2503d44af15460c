// A drawing as the renderer of libvips can draw it: XML in UTF-8, not packed, its images in formats that the renderer
// has, its size one that can be drawn.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "job/job.h"

namespace thumbnailer {

// The changed drawing; nothing if the source is not a drawing. Fails with unsupported_format if it contains an image or
// text that cannot be drawn, with too_large if it unpacks to more than 64 MiB, with bad_image if it is damaged.
Result<std::optional<std::vector<std::byte>>> prepared_drawing(Bytes source, const Limits& limits);

} // namespace thumbnailer
