// What the samples of an image are, and the image with samples that the rest of the program knows: 8 or 16 bits of
// grey, RGB or CMYK, with alpha or without, and a profile where they are not sRGB's.
#pragma once

#include <optional>
#include <vips/vips8>

#include "base/bytes.h"
#include "job/format.h"
#include "thumbnail/decode/tiff_layout.h"
#include "thumbnail/pixels/colour_description.h"

namespace thumbnailer {

struct SampleTraits {
    std::optional<TiffLayout> tiff;           // of a TIFF
    std::optional<ColourDescription> colours; // by numbers instead of a profile
    bool premultiplied = false;
};

SampleTraits sample_traits(Format format, Bytes source, std::int32_t page);

// The image as its loader gave it, changed to what is said above. Nothing is done to an image that is so already. May
// throw vips::VError.
vips::VImage with_known_samples(const vips::VImage& image, const SampleTraits& traits);

// The image with a profile for the colours; without any if they are those of sRGB. Nothing: as it is. May throw
// vips::VError.
vips::VImage with_colours(const vips::VImage& image, const std::optional<ColourDescription>& colours);

} // namespace thumbnailer
