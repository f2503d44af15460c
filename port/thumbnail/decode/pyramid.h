// The smaller copies of an image that a TIFF may contain, as pages or as sub-images of a page. May throw vips::VError.
#pragma once

#include <optional>
#include <vips/vips8>

#include "base/bytes.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

struct Level {
    std::int32_t page = 0;
    std::int32_t subifd = -1; // -1: the page itself

    void choose(vips::VOption* options) const;
};

// The smallest copy of the page that is not smaller than `scaled`; nullopt if this is the page itself.
std::optional<Level> pyramid_level(Bytes source, std::int32_t page, Size scaled);

} // namespace thumbnailer
