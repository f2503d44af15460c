// What libvips does not say about an AVIF or HEIC: the colours of its main image when they are no ICC profile, and
// whether they are multiplied with alpha (ISO/IEC 14496-12, 23008-12).
#pragma once

#include <optional>

#include "base/bytes.h"
#include "thumbnail/pixels/colour_description.h"

namespace thumbnailer {

struct HeifTraits {
    std::optional<ColourDescription> colours; // nclx; nothing when there is none, or a profile
    bool premultiplied = false;
};

HeifTraits heif_traits(Bytes source);

} // namespace thumbnailer
