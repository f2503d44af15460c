// The image in a source: most sources are one, raw files of cameras and icons hold one of another format.
#pragma once

#include "base/result.h"
#include "job/job.h"

namespace thumbnailer {

struct OpenImage {
    Header told;   // of the source, for who asks about it
    Header header; // of what is decoded
    Bytes bytes;   // of what is decoded, which is a part of the source
};

// What the source is, the image in it, and its header. No pixel is read before this has passed. Fails with
// unsupported_format, bad_image or too_large.
Result<OpenImage> open_image(const Limits& limits, Bytes source);

} // namespace thumbnailer
