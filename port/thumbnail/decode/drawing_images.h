// The images inside a drawing, in formats that its renderer has.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "job/job.h"

namespace thumbnailer {

// The text of a drawing with every image that it holds itself (data:) as PNG or JPEG: others are decoded as if they
// were sources, within the limits. Fails with unsupported_format, too_large or bad_image, and names the image.
Result<std::string> with_known_images(std::string_view text, const Limits& limits);

} // namespace thumbnailer
