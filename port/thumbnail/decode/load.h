// Loads an image with libvips: first the header, then the pixels at the smallest scale that suffices.
// Everything here may throw vips::VError; thumbnail/job_renderer.cpp and thumbnail/make_thumbnails.cpp catch it.
#pragma once

#include <vips/vips8>

#include "job/format.h"
#include "job/job.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The part of the source to decode, and how.
struct DecodeOptions {
    std::int32_t page = 0;
    bool animated = false; // every frame, one below the other
    Speed speed = Speed::balanced;
    bool preview = false;   // a small copy will do that the source carries
    bool truncated = false; // what is missing of a file that was cut short stays grey or empty
    bool operator==(const DecodeOptions&) const = default;
};

// Reads the header. No pixel is decoded.
Header read_header(const Limits& limits, Format format, Bytes source, std::int32_t page = 0);

// The image for a resize to `scaled` (a stored size), not larger than needed; rows must be read from top to bottom.
// Its orientation is not applied yet. `source` must outlive the image.
vips::VImage load(const Header& header, Bytes source, const DecodeOptions& decode_options, Size scaled);

// Decodes the first pixels, to see whether that can be done at all.
void decode_start(const Header& header, Bytes source, std::int32_t page);

// Decodes an image that this program has just written.
vips::VImage decode(Format format, Bytes encoded, bool animated);

// Whether all data of a JPEG are there, which has no end marker of its own. False if that cannot be known, as with
// arithmetic codes.
bool is_whole(const Header& header, Bytes source);

// What has no pixels of its own and is rendered at whatever size is wanted.
constexpr bool is_drawing(Format format) { return format == Format::svg || format == Format::pdf; }

// The size to render a drawing at: `size`, or the largest size within the limits; the result is then enlarged.
Size renderable(Size size, std::int64_t max_pixels);

// Whether several pages of this format are the frames of an animation.
constexpr bool is_animated(Format format) { return format == Format::gif || format == Format::webp; }

} // namespace thumbnailer
