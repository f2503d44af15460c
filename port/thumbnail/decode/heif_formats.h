// The formats that this program reads by its own reader of HEIF.
#pragma once

#include "job/format.h"
#include "thumbnail/av1/av1_decoder.h"

namespace thumbnailer {

// AVIF only with a decoder for it; otherwise libvips reads it.
inline bool is_read_as_heif(Format format) {
    return format == Format::heic || (format == Format::avif && Av1Decoder::is_built_in());
}

} // namespace thumbnailer
