#include "thumbnail/encode/encode.h"

#include <algorithm>
#include <cmath>

#include "thumbnail/encode/metadata.h"

namespace thumbnailer {

using vips::VImage;
using vips::VOption;

namespace {

constexpr int kBestCompression = 9; // of deflate

void set_metadata(VOption* options, const Output& output) {
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 15
    options->set("keep", has_metadata(output) ? VIPS_FOREIGN_KEEP_ALL : VIPS_FOREIGN_KEEP_NONE);
#else
    options->set("strip", !has_metadata(output));
#endif
}

VipsForeignSubsample subsampling_of(const Output& output) {
    constexpr VipsForeignSubsample kModes[] = {VIPS_FOREIGN_SUBSAMPLE_AUTO, VIPS_FOREIGN_SUBSAMPLE_ON,
                                               VIPS_FOREIGN_SUBSAMPLE_OFF};
    return kModes[static_cast<std::size_t>(output.subsampling)];
}

void set_jpeg(VOption* options, const Output& output) {
    options->set("optimize_coding", output.optimise)
        ->set("interlace", output.progressive)
        ->set("subsample_mode", subsampling_of(output));
}

void set_png(VOption* options, const VImage& image, const Output& output) {
    const int bits = bits_of(output);
    const bool few_colours = output.palette || (bits != 0 && bits < 8 && image.bands() > 1);
    options->set("interlace", output.progressive)->set("palette", few_colours);
    if (bits != 0) options->set("bitdepth", bits);
    if (few_colours && output.quality != 0) options->set("Q", output.quality);
    if (output.effort < 0) return;
    options->set("compression", effort_from(output, 0, 9));
    if (few_colours) options->set("effort", effort_from(output, 1, 10));
}

void set_webp(VOption* options, const Output& output) {
    options->set("lossless", output.lossless)
        ->set("near_lossless", output.near_lossless)
        ->set("alpha_q", output.alpha_quality);
    if (output.effort >= 0) options->set("effort", effort_from(output, 0, 6));
}

void set_avif(VOption* options, const Output& output) {
    options->set("compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1)
        ->set("lossless", output.lossless)
        ->set("subsample_mode", subsampling_of(output));
    if (output.effort >= 0) options->set("effort", effort_from(output, 0, 9));
}

void set_tiff(VOption* options) {
    options->set("compression", VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE)
        ->set("predictor", VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL);
}

void set_format(VOption* options, const VImage& image, Format format, const Output& output) {
    switch (format) {
    case Format::jpeg: return set_jpeg(options, output);
    case Format::png: return set_png(options, image, output);
    case Format::webp: return set_webp(options, output);
    case Format::avif: return set_avif(options, output);
    case Format::tiff: return set_tiff(options);
    default: return; // input formats have no saver, and a GIF is written by encode_gif
    }
}

} // namespace

std::int32_t quality_of(Format format, const Output& output) {
    const std::int32_t own = spec_of(format).quality;
    return own == 0 || output.quality == 0 ? own : output.quality;
}

int bits_of(const Output& output) {
    constexpr int kBits[] = {0, 1, 2, 4, 8, 16};
    return kBits[static_cast<std::size_t>(output.bit_depth)];
}

int palette_bits_of(const VImage& image) {
    for (const char* field : {"palette-bit-depth", "bits-per-sample"}) // before libvips 8.15, and from then on
        if ((image.get_typeof("palette") != 0 || image.get_typeof("palette-bit-depth") != 0) &&
            image.get_typeof(field) == G_TYPE_INT)
            return std::clamp(image.get_int(field), 1, 8);
    return 0;
}

int effort_from(const Output& output, int least, int most) {
    return least + static_cast<int>(std::lround(output.effort * (most - least) / 10.0));
}

bool is_lossy(Format format, const Output& output) { return spec_of(format).quality != 0 && !output.lossless; }

Encoded encode(const VImage& image, Format format, const Output& output, const Coding& coding) {
    VOption* options = VImage::option();
    set_metadata(options, output);
    if (coding.quality != 0) options->set("Q", coding.quality);
    set_format(options, image, format, output);
    if (coding.palette_bits != 0) {
        options->set("bitdepth", coding.palette_bits)->set("palette", true)->set("dither", 0.0);
        if (output.effort < 0) options->set("compression", kBestCompression); // an index has little to compress
    }
    if (coding.mixed) options->set("mixed", true)->set("min_size", true);
    VipsBlob* blob = nullptr;
    options->set("in", image)->set("buffer", &blob);
    VImage::call(std::string(spec_of(format).saver).c_str(), options);
    return Encoded(blob);
}

} // namespace thumbnailer
