// From the bytes of an image to libvips' image: the header first, the pixels as small as the target allows.
// Everything here may throw vips::VError; thumbnail/job_renderer.cpp and thumbnail/make_thumbnails.cpp catch it.
#pragma once

#include <vips/vips8>

#include "job/format.h"
#include "job/job.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// What of the source is decoded, and how.
struct DecodeOptions {
    std::int32_t page = 0;
    bool animated = false; // every frame, one below the other
    Speed speed = Speed::balanced;
    bool preview = false; // a small copy will do that the source carries
    bool operator==(const DecodeOptions&) const = default;
};

// Reads what the header says. No pixel is decoded.
Header read_header(const Limits& limits, Format format, Bytes source, std::int32_t page = 0);

// The image to be resized to `scaled` (as it is stored), not larger than needed, rows to be read from top to bottom.
// It still has its orientation. `source` must outlive the image.
vips::VImage load(const Header& header, Bytes source, const DecodeOptions& decode_options, Size scaled);

// An image that this program has just written, whole.
vips::VImage decode(Format format, Bytes encoded, bool animated);

// What has no pixels of its own and is rendered at whatever size is wanted.
constexpr bool is_drawing(Format format) { return format == Format::svg || format == Format::pdf; }

// A small part of a drawing asks for a large whole: what of that size the limits allow, the rest is enlarged.
Size renderable(Size size, std::int64_t max_pixels);

// Whether several pages of this format are the frames of an animation.
constexpr bool is_animated(Format format) { return format == Format::gif || format == Format::webp; }

} // namespace thumbnailer
