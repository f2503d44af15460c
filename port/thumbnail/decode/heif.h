// HEIC as images of libvips, by the reader of this program. What returns an image may throw vips::VError.
#pragma once

#include <optional>
#include <vips/vips8>

#include "base/result.h"
#include "job/job.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The picture of a page: 0 is the first picture, the others follow in the order of the file. Fails with bad_image,
// unsupported_format or too_large.
Result<Header> read_heif_header(Bytes source, std::int32_t page, std::int64_t max_pixels);

// The picture, decoded `shrink` times smaller or less, with its profile and its metadata. In memory.
Result<vips::VImage> load_heif(Bytes source, std::int32_t page, std::int32_t shrink);

// The smallest of the copies embedded that will do for `scaled`: not smaller, of the picture's shape, turned as it is.
// Where the picture has a profile, the copy must have one of its own. Nothing when there is none, or it is damaged.
std::optional<vips::VImage> load_heif_preview(const Header& header, Bytes source, std::int32_t page, Size scaled);

} // namespace thumbnailer
