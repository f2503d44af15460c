#include "encode.h"

namespace thumbnailer {

using vips::VImage;
using vips::VOption;

namespace {

VOption* without_metadata(VOption* options) {
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 15
    return options->set("keep", VIPS_FOREIGN_KEEP_NONE);
#else
    return options->set("strip", true);
#endif
}

} // namespace

Encoded encode(const VImage& image, Format format, std::int32_t quality) {
    const FormatSpec& spec = spec_of(format);
    VOption* options = without_metadata(VImage::option());
    if (spec.quality != 0) options->set("Q", quality != 0 ? quality : spec.quality);
    if (format == Format::jpeg) options->set("optimize_coding", true);
    if (format == Format::avif) options->set("compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1);
    VipsBlob* blob = nullptr;
    options->set("in", image)->set("buffer", &blob);
    VImage::call(std::string(spec.saver).c_str(), options);
    return Encoded(blob);
}

} // namespace thumbnailer
