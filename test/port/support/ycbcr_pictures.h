// Photos and outputs that the fast path can make, and their thumbnails with and without it.
#pragma once

#include <doctest/doctest.h>

#include "support/make.h"
#include "thumbnail/encode/ssim.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer::test {

inline vips::VImage grain(int width, int height, double strength, double size) {
    return vips::VImage::gaussnoise(width, height, vips::VImage::option()->set("sigma", strength)->set("seed", 5))
               .gaussblur(size) -
           128;
}

// Large and small shapes as in a photo, on slopes of colour: what a resampler can do wrong is seen in them.
inline vips::VImage textured(int width, int height) {
    const vips::VImage noise =
        grain(width, height, 700, 10) + grain(width, height, 120, 3) + grain(width, height, 15, 1.5);
    const vips::VImage ramp = vips::VImage::xyz(width, height);
    const vips::VImage across = ramp.extract_band(0) * (160.0 / width) + noise + 30;
    const vips::VImage down = ramp.extract_band(1) * (160.0 / height) + noise + 30;
    return vips::VImage::bandjoin(std::vector<vips::VImage>{across, down, 190 - across * 0.5})
        .cast(VIPS_FORMAT_UCHAR)
        .copy(vips::VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

// Sides that are no multiple of a block, of two or of a pre-shrink.
inline std::string photo(const char* suffix = ".jpg[Q=92,subsample_mode=on]", int orientation = 1) {
    return file_of(stored_for(textured(803, 605), orientation), suffix);
}

inline Output jpeg(std::int32_t width, std::int32_t height, Fit fit = Fit::inside) {
    return box(width, height, fit, Target::jpeg);
}
inline Output webp(std::int32_t width, std::int32_t height, Fit fit = Fit::inside) {
    return box(width, height, fit, Target::webp);
}

inline std::string by_fast_path(const std::string& source, const Output& output) {
    return make(source, {output}).files[0];
}
inline std::string by_libvips(const std::string& source, const Output& output) {
    return make(source, {output}, {}, "", false).files[0];
}

inline double alike(const std::string& one, const std::string& other) {
    return SsimReference(decoded(one)).ssim(decoded(other));
}

// libvips drops what is left of a pixel when a side is no multiple of the pre-shrink, which moves the picture by a
// fraction of a pixel; the decoder does not scale here. Nor does the encoder hide much.
inline Output exact(Output output) {
    output.speed = Speed::best;
    output.quality = 95;
    if (output.subsampling == Subsampling::automatic) output.subsampling = Subsampling::halved;
    return output;
}

// By how much the sizes of the files may differ: the fast path has another version of libwebp than libvips.
inline double leeway(const Output& output) { return output.format == Target::webp ? 0.1 : 0.03; }

inline void check_same_picture(const std::string& source, const Output& output) {
    const std::string fast = by_fast_path(source, output);
    const std::string libvips = by_libvips(source, output);
    REQUIRE(fast != libvips); // else the fast path was not used
    CHECK(alike(fast, libvips) >= 0.99);
    CHECK(static_cast<double>(fast.size()) ==
          doctest::Approx(static_cast<double>(libvips.size())).epsilon(leeway(output)));
}

} // namespace thumbnailer::test
