// HEIC and AVIF as images of libvips, by the reader of this program. What returns an image may throw vips::VError.
#pragma once

#include <optional>
#include <vips/vips8>

#include "base/result.h"
#include "job/job.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The picture of a page: 0 is the first picture, the others follow in the order of the file. Fails with bad_image,
// unsupported_format or too_large.
Result<Header> read_heif_header(Format format, Bytes source, std::int32_t page, std::int64_t max_pixels);

// The picture, decoded `shrink` times smaller or less, with its profile and its metadata. In memory.
Result<vips::VImage> load_heif(Bytes source, std::int32_t page, std::int32_t shrink);

// The smallest embedded thumbnail that is large enough for `scaled`, with the shape and the orientation of the picture.
// If the picture says its colours, the thumbnail must say its own. Nothing if there is none, or it is damaged.
std::optional<vips::VImage> load_heif_preview(const Header& header, Bytes source, std::int32_t page, Size scaled);

} // namespace thumbnailer
