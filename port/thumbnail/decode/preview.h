// The previews that a JPEG may contain: the thumbnail of EXIF (JEITA CP-3451, 4.5.8) and the large thumbnails of MPF
// (CIPA DC-007). They are read by bounds-checked readers and checked before they are decoded.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "job/job.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// Whether the output may use a preview, which has neither the colour profile nor the metadata of its picture.
bool allows_preview(const Header& header, const Output& output);

// Whether a preview of this size suffices: not smaller than `scaled`, smaller than the picture, and of its shape within
// one per cent.
bool serves_as_preview(const Header& header, Size size, Size scaled);

// The smallest preview that is not smaller than `scaled`, has the picture's shape within one per cent and its
// orientation. Other images of an MPF, such as gain maps, are not previews.
std::optional<Bytes> preview_of(const Header& header, Bytes source, Size scaled);

} // namespace thumbnailer
