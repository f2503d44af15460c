// The short way from a JPEG to a JPEG: its planes are resampled as they are stored. No pixel is turned into red, green
// and blue and back, no sample of colour is made up to be thrown away.
#pragma once

#include <optional>

#include "planes_write.h"
#include "render.h"

namespace thumbnailer {

// Whether an output needs nothing but planes, no pixel of it depends on what its colour is; and there is memory for the
// planes, which libvips, reading row by row, would not need.
bool is_for_lane(const Header& header, const Plan& plan, Speed speed, const Limits& limits);

// The output, of a source for which is_for_lane() holds. Nothing when the source has no planes to be used, or its
// decoder has anything to object: libvips then makes the output or says what is wrong.
std::optional<JpegFile> through_lane(const Header& header, Bytes source, const Plan& plan, Speed speed);

} // namespace thumbnailer
