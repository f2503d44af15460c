#include "load.h"

#include <algorithm>

namespace thumbnailer {

using vips::VImage;
using vips::VOption;

namespace {

// Calls the loader of the format by its own name: libvips never sniffs.
VImage open(Format format, Bytes source, VOption* options) {
    VipsBlob* blob = vips_blob_new(nullptr, source.data(), source.size());
    VImage image;
    options->set("buffer", blob)->set("out", &image);
    // The option holds a reference of its own.
    vips_area_unref(VIPS_AREA(blob));
    // An image that is cut short is an error, not a thumbnail with a grey half.
    options->set("access", VIPS_ACCESS_SEQUENTIAL)->set("fail_on", VIPS_FAIL_ON_ERROR);
    VImage::call(std::string(spec_of(format).loader).c_str(), options);
    return image;
}

int integer_or(const VImage& image, const char* field, int otherwise) {
    return image.get_typeof(field) == G_TYPE_INT ? image.get_int(field) : otherwise;
}

int depth_of(const VImage& image) {
    const int stored = integer_or(image, "bits-per-sample", 0);
    return stored != 0 ? stored : static_cast<int>(vips_format_sizeof(image.format())) * 8;
}

// How much of its size the image may be rendered at. A drawing has no pixels and is rendered at the target; WebP's
// own scaler is coarse, so twice the target is left for the resampler.
double render_scale(const Header& header, Size scaled) {
    const double across = static_cast<double>(scaled.width) / header.width();
    const double down = static_cast<double>(scaled.height) / header.height();
    const double scale = std::max(across, down);
    return header.format == Format::svg ? scale : std::min(1.0, 2 * scale);
}

} // namespace

Header read_header(Format format, Bytes source) {
    const VImage image = open(format, source, VImage::option());
    Header header{.format = format, .raw_width = image.width(), .raw_height = image.height()};
    header.orientation = std::clamp(integer_or(image, VIPS_META_ORIENTATION, 1), 1, 8);
    header.pages = std::max(1, integer_or(image, VIPS_META_N_PAGES, 1));
    header.bands = image.bands();
    header.depth = depth_of(image);
    header.alpha = image.has_alpha();
    header.profile = image.get_typeof(VIPS_META_ICC_NAME) != 0;
    copy_text(vips_enum_nick(VIPS_TYPE_INTERPRETATION, image.interpretation()), header.colour_space);
    return header;
}

VImage load(const Header& header, Bytes source, Size scaled) {
    VOption* options = VImage::option();
    if (header.format == Format::jpeg)
        options->set("shrink", shrink_on_load({header.width(), header.height()}, scaled));
    if (header.format == Format::webp || header.format == Format::svg)
        options->set("scale", render_scale(header, scaled));
    return open(header.format, source, options);
}

} // namespace thumbnailer
