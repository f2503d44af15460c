#include "colour.h"

namespace thumbnailer {

using vips::VImage;

namespace {

bool is_grey(const VImage& image) {
    return image.interpretation() == VIPS_INTERPRETATION_B_W || image.interpretation() == VIPS_INTERPRETATION_GREY16;
}

// The embedded profile decides; where it is missing or broken, libvips' own for this kind of image.
VImage by_profile(const VImage& image) {
    const bool cmyk = image.interpretation() == VIPS_INTERPRETATION_CMYK;
    return image.icc_transform("srgb", VImage::option()
                                           ->set("embedded", true)
                                           ->set("input_profile", cmyk ? "cmyk" : "srgb")
                                           ->set("intent", VIPS_INTENT_PERCEPTUAL));
}

bool has_profile(const VImage& image) { return image.get_typeof(VIPS_META_ICC_NAME) != 0; }

// Channels beyond colour and alpha have no place in a thumbnail.
VImage without_extra_bands(const VImage& image) {
    const int colours = is_grey(image) ? 1 : 3;
    return image.bands() > colours + 1 ? image.extract_band(0, VImage::option()->set("n", colours)) : image;
}

} // namespace

VImage to_srgb(const VImage& image) {
    VImage plain = image;
    if (image.interpretation() == VIPS_INTERPRETATION_CMYK || (has_profile(image) && !is_grey(image)))
        plain = by_profile(image);
    else
        plain = image.colourspace(is_grey(image) ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB);
    return without_extra_bands(plain.format() == VIPS_FORMAT_UCHAR ? plain : plain.cast(VIPS_FORMAT_UCHAR));
}

} // namespace thumbnailer
