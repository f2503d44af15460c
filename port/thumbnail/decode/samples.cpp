#include "thumbnail/decode/samples.h"

#include <limits>

#include "thumbnail/decode/png_colour.h"
#include "thumbnail/heif/heif_picture.h"
#include "thumbnail/pixels/icc_writer.h"

namespace thumbnailer {

using vips::VImage;

namespace {

VImage bands(const VImage& image, int first, int count) {
    return image.extract_band(first, VImage::option()->set("n", count));
}

VImage as(const VImage& image, VipsInterpretation interpretation) {
    return image.copy(VImage::option()->set("interpretation", interpretation));
}

// A decoder gives each row once: what is read along two ways must be in memory.
VImage readable_twice(const VImage& image, bool twice) { return twice ? image.copy_memory() : image; }

bool has_profile(const VImage& image) { return image.get_typeof(VIPS_META_ICC_NAME) != 0; }

VImage without_profile(const VImage& image) {
    if (!has_profile(image)) return image;
    VImage plain = image.copy();
    plain.remove(VIPS_META_ICC_NAME);
    return plain;
}

// Now in sRGB. A profile would be about what the samples were before.
VImage from_absolute(const VImage& image) { return without_profile(image).colourspace(VIPS_INTERPRETATION_RGB16); }

int colours_in(const VImage& image) {
    switch (image.interpretation()) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16: return 1;
    case VIPS_INTERPRETATION_CMYK: return 4;
    case VIPS_INTERPRETATION_MULTIBAND: return image.bands() < 3 ? 1 : 3;
    default: return 3;
    }
}

// Y, Cb and Cr of 8 bits as the file says where their black and white are (TIFF 6.0, section 21).
VImage rgb_of_ycbcr(const VImage& image, const TiffLayout& layout) {
    const auto& range = layout.black_and_white;
    const std::vector<double> scales{255 / (range[1] - range[0]), 127 / (range[3] - range[2]),
                                     127 / (range[5] - range[4])};
    const VImage full = image.linear(scales, {-range[0] * scales[0], -range[2] * scales[1], -range[4] * scales[2]});
    const double red = layout.luma[0], green = layout.luma[1], blue = layout.luma[2];
    const double from_red = 2 - 2 * red, from_blue = 2 - 2 * blue;
    const VImage matrix = VImage::new_matrixv(3, 3, 1.0, 0.0, from_red, 1.0, -blue * from_blue / green,
                                              -red * from_red / green, 1.0, from_blue, 0.0);
    return as(full.recomb(matrix).rint().cast(VIPS_FORMAT_UCHAR), VIPS_INTERPRETATION_sRGB);
}

// CIE L*a*b* as it stands in a TIFF: the two colours signed, or, as ICC has them, with 128 for none.
VImage rgb_of_lab(const VImage& image, TiffSamples samples) {
    const bool deep = samples == TiffSamples::icc_lab16;
    const double colours = deep ? 1.0 / 256 : 1;
    const VImage unsigned_colours =
        samples == TiffSamples::cie_lab8 ? image.boolean_const(VIPS_OPERATION_BOOLEAN_EOR, {0, 128, 128}) : image;
    const VImage lab = unsigned_colours.linear({deep ? 100.0 / 65280 : 100.0 / 255, colours, colours}, {0, -128, -128});
    // Under D50, as profiles and libtiff have it; what libvips itself calls Lab is under D65.
    return without_profile(without_profile(as(lab, VIPS_INTERPRETATION_LAB))
                               .icc_export(VImage::option()
                                               ->set("output_profile", "srgb")
                                               ->set("pcs", VIPS_PCS_LAB)
                                               ->set("intent", VIPS_INTENT_RELATIVE)
                                               ->set("depth", 16)));
}

VImage converted(const VImage& image, const TiffLayout& layout) {
    if (layout.samples == TiffSamples::as_loaded || image.bands() < 3) return image;
    const VImage source = readable_twice(image, image.bands() > 3);
    const VImage colours = image.bands() > 3 ? bands(source, 0, 3) : source;
    const VImage rgb =
        layout.samples == TiffSamples::ycbcr ? rgb_of_ycbcr(colours, layout) : rgb_of_lab(colours, layout.samples);
    return image.bands() == 3 ? rgb : rgb.bandjoin(bands(source, 3, image.bands() - 3).cast(rgb.format()));
}

// Alpha is the channel that the file says is alpha; where a format has no word for it, the only one behind the colours.
VImage without_extra_bands(const VImage& image, const SampleTraits& traits) {
    const int colours = colours_in(image);
    const int extra = image.bands() - colours;
    if (extra < 0) return image;
    std::optional<int> alpha;
    if (traits.tiff)
        alpha = traits.tiff->alpha;
    else if (extra == 1)
        alpha = colours;
    if (alpha && *alpha == colours && extra == 1) return image;
    if (!alpha || *alpha < colours || *alpha >= image.bands()) return extra == 0 ? image : bands(image, 0, colours);
    if (*alpha == colours) return bands(image, 0, colours + 1);
    const VImage source = readable_twice(image, true);
    return bands(source, 0, colours).bandjoin(source.extract_band(*alpha));
}

bool is_grey(const VImage& image) { return image.bands() < 3; }

VImage as_16_bits(const VImage& image) {
    VImage deep = image.cast(VIPS_FORMAT_USHORT);
    if (image.interpretation() == VIPS_INTERPRETATION_CMYK) return deep;
    return as(deep, is_grey(image) ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_RGB16);
}

// From 0 to 1: light, unless a profile says otherwise.
VImage from_floats(const VImage& image) {
    const int colours = is_grey(image) ? 1 : 3;
    const VImage source = readable_twice(image, image.bands() != colours);
    VImage light = image.bands() == colours ? source : bands(source, 0, colours);
    VImage samples = as_16_bits(light * 65535.0);
    if (!has_profile(image) && image.interpretation() != VIPS_INTERPRETATION_CMYK) {
        if (colours == 1) light = light.recomb(VImage::new_matrixv(1, 3, 1.0, 1.0, 1.0));
        samples = as(light, VIPS_INTERPRETATION_scRGB).colourspace(VIPS_INTERPRETATION_RGB16);
        if (colours == 1) samples = as(samples.extract_band(1), VIPS_INTERPRETATION_GREY16);
    }
    if (image.bands() == colours) return samples;
    return samples.bandjoin((source.extract_band(colours) * 65535.0).cast(VIPS_FORMAT_USHORT));
}

// 8 or 16 bits of grey, RGB or CMYK.
VImage in_known_format(const VImage& image) {
    const VipsInterpretation space = image.interpretation();
    if (space == VIPS_INTERPRETATION_LAB || space == VIPS_INTERPRETATION_LABS || space == VIPS_INTERPRETATION_XYZ)
        return from_absolute(image);
    switch (image.format()) {
    case VIPS_FORMAT_UCHAR:
    case VIPS_FORMAT_USHORT: return image;
    case VIPS_FORMAT_UINT: return as_16_bits(image * (1.0 / 65537));
    case VIPS_FORMAT_FLOAT:
    case VIPS_FORMAT_DOUBLE: return from_floats(image.cast(VIPS_FORMAT_FLOAT));
    default: return image;
    }
}

// Colours that are known by numbers have a profile from here on.
VImage with_profile(const VImage& image, const ColourDescription& colours) {
    const std::vector<std::byte> profile = icc_profile_of(colours, is_grey(image));
    VImage profiled = image.copy();
    vips_image_set_blob_copy(profiled.get_image(), VIPS_META_ICC_NAME, profile.data(), profile.size());
    return profiled;
}

// Of what libvips reads and this program does not.
SampleTraits heif_traits(Bytes source) {
    const auto meta = read_heif_meta(source);
    const auto picture = meta ? picture_of(*meta, meta->primary, std::numeric_limits<std::int64_t>::max())
                              : Result<HeifPicture>(meta.error());
    if (!picture) return {};
    const bool by_numbers = picture->nclx && picture->profile.empty();
    return {.tiff = {},
            .colours = by_numbers ? described_by(picture->nclx->primaries, picture->nclx->transfer) : std::nullopt,
            .premultiplied = picture->premultiplied};
}

} // namespace

SampleTraits sample_traits(Format format, Bytes source, std::int32_t page) {
    switch (format) {
    case Format::tiff: return {.tiff = tiff_layout(source, page), .colours = {}};
    case Format::png: return {.tiff = {}, .colours = png_colours(source)};
    case Format::avif: return heif_traits(source);
    default: return {};
    }
}

VImage with_known_samples(const VImage& image, const SampleTraits& traits) {
    VImage known = traits.tiff ? converted(image, *traits.tiff) : image;
    known = in_known_format(without_extra_bands(known, traits));
    if (traits.premultiplied && known.has_alpha()) known = known.unpremultiply().cast(known.format());
    return with_colours(known, traits.colours);
}

// Numbers replace a profile (cICP of PNG).
VImage with_colours(const VImage& image, const std::optional<ColourDescription>& colours) {
    if (!colours) return image;
    return colours->is_srgb() ? without_profile(image) : with_profile(image, *colours);
}

} // namespace thumbnailer
