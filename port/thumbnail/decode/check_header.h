// Checks the format, the header and the limits of a source, before any pixel is decoded.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "job/job.h"

namespace thumbnailer {

// The header of the source's page. Fails with unsupported_format, bad_image, too_large, or bad_option when there
// is no such page.
Result<Header> check_header(const Limits& limits, Format format, Bytes source, std::int32_t page = 0);

// Checks that this number of frames is within the limits. Fails with too_large.
Result<Done> check_frames(const Limits& limits, const Header& header, std::int32_t frames);

} // namespace thumbnailer
