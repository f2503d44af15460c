#include "thumbnail/pixels/colour.h"

#include "thumbnail/pixels/icc.h"

namespace thumbnailer {

using vips::VImage;

namespace {

bool is_grey(const VImage& image) {
    return image.interpretation() == VIPS_INTERPRETATION_B_W || image.interpretation() == VIPS_INTERPRETATION_GREY16;
}

bool has_profile(const VImage& image) { return image.get_typeof(VIPS_META_ICC_NAME) != 0; }

bool has_grey_profile(const VImage& image) {
    if (!is_grey(image) || !has_profile(image)) return false;
    std::size_t size = 0;
    const void* profile = image.get_blob(VIPS_META_ICC_NAME, &size);
    return is_grey_profile({static_cast<const std::byte*>(profile), size});
}

// The embedded profile decides; where it is missing or broken, libvips' own for this kind of image.
VImage by_profile(const VImage& image, const char* into, int depth) {
    const bool cmyk = image.interpretation() == VIPS_INTERPRETATION_CMYK;
    return image.icc_transform(into, VImage::option()
                                         ->set("embedded", true)
                                         ->set("input_profile", cmyk ? "cmyk" : "srgb")
                                         ->set("intent", VIPS_INTENT_PERCEPTUAL)
                                         ->set("depth", depth));
}

// Removes channels other than colour and alpha.
VImage without_extra_bands(const VImage& image) {
    const int colours = is_grey(image) ? 1 : 3;
    return image.bands() > colours + 1 ? image.extract_band(0, VImage::option()->set("n", colours)) : image;
}

int colours_of(const VImage& image) {
    if (image.interpretation() == VIPS_INTERPRETATION_CMYK) return 4;
    return is_grey(image) ? 1 : 3;
}

// Converts only the colours. Before 8.15 libvips did not scale alpha when the depth changes.
template <typename Change>
VImage beside_alpha(const VImage& image, Change change) {
    const int colours = colours_of(image);
    if (image.bands() != colours + 1) return change(image);
    const VImage changed = change(image.extract_band(0, VImage::option()->set("n", colours)));
    const VImage alpha = image.extract_band(colours);
    if (alpha.format() == changed.format()) return changed.bandjoin(alpha);
    return changed.bandjoin((alpha * (max_sample(changed) / max_sample(image))).cast(changed.format()));
}

VImage to_depth(const VImage& image, int depth) {
    const VipsBandFormat format = depth == 16 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR;
    const VipsInterpretation grey = depth == 16 ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
    const VipsInterpretation colour = depth == 16 ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
    const VImage plain = image.colourspace(is_grey(image) ? grey : colour);
    return plain.format() == format ? plain : plain.cast(format);
}

// Grey stays grey: of the three equal channels one is left, and no profile, because sRGB's is of three.
VImage grey_by_profile(const VImage& image, int depth) {
    const VImage colours = by_profile(image, "srgb", depth);
    VImage grey = colours.extract_band(1).copy(
        VImage::option()->set("interpretation", depth == 16 ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W));
    grey.remove(VIPS_META_ICC_NAME);
    return grey;
}

VImage to_srgb_at(const VImage& image, int depth) {
    if (has_grey_profile(image))
        return without_extra_bands(
            beside_alpha(image, [&](const VImage& colours) { return grey_by_profile(colours, depth); }));
    const bool profiled = image.interpretation() == VIPS_INTERPRETATION_CMYK || (has_profile(image) && !is_grey(image));
    return without_extra_bands(beside_alpha(image, [&](const VImage& colours) {
        return to_depth(profiled ? by_profile(colours, "srgb", depth) : colours, depth);
    }));
}

// Whether an embedded RGB profile applies to the samples.
bool is_rgb_with_profile(const VImage& image) {
    const VipsInterpretation space = image.interpretation();
    return has_profile(image) && image.bands() >= 3 &&
           (space == VIPS_INTERPRETATION_sRGB || space == VIPS_INTERPRETATION_RGB ||
            space == VIPS_INTERPRETATION_RGB16);
}

} // namespace

VImage to_srgb(const VImage& image) { return to_srgb_at(image, 8); }

VImage in_profile(const VImage& image, Profile profile, int depth) {
    if (profile == Profile::keep && (is_rgb_with_profile(image) || has_grey_profile(image)))
        return at_depth(image, depth);
    if (profile == Profile::p3) {
        const VImage colours = is_grey(image) ? as_rgb(to_srgb_at(image, depth)) : image;
        return without_extra_bands(
            beside_alpha(colours, [&](const VImage& each) { return by_profile(each, "p3", depth); }));
    }
    return to_srgb_at(image, depth);
}

VImage at_depth(const VImage& image, int depth) {
    return without_extra_bands(beside_alpha(image, [&](const VImage& colours) { return to_depth(colours, depth); }));
}

VImage as_rgb(const VImage& image) {
    if (!is_grey(image)) return image;
    const bool deep = image.format() == VIPS_FORMAT_USHORT;
    return image.colourspace(deep ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB);
}

double max_sample(const VImage& image) { return image.format() == VIPS_FORMAT_USHORT ? 65535 : 255; }

std::vector<double> ink(const VImage& image, Colour colour) {
    const double scale = max_sample(image) / 255;
    std::vector<double> bands;
    if (image.bands() < 3)
        bands = {(0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue) * scale};
    else
        bands = {colour.red * scale, colour.green * scale, colour.blue * scale};
    if (image.has_alpha()) bands.push_back(colour.alpha * scale);
    return bands;
}

VImage with_alpha(const VImage& image) { return image.has_alpha() ? image : image.bandjoin_const({max_sample(image)}); }

} // namespace thumbnailer
