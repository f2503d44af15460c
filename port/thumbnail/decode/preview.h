// Small copies of itself that a JPEG may carry: the thumbnail of EXIF (JEITA CP-3451, 4.5.8) and the large thumbnails
// of MPF (CIPA DC-007). Read through bounds-checked readers, judged before they are decoded.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "job/job.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// Whether the output may be made of a copy, which has neither the colour profile nor the metadata of its picture.
bool allows_preview(const Header& header, const Output& output);

// Whether a copy of this size will do: not smaller than `scaled`, smaller than the picture, of its shape to one per
// cent.
bool serves_as_preview(const Header& header, Size size, Size scaled);

// The smallest copy that is not smaller than `scaled`, of the picture's shape to one per cent and stored as the picture
// is. Other images of an MPF, gain maps among them, are none.
std::optional<Bytes> preview_of(const Header& header, Bytes source, Size scaled);

} // namespace thumbnailer
