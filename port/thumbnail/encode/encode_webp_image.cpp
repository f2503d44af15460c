#include "thumbnail/encode/encode_webp_image.h"

#include <algorithm>

#include "thumbnail/encode/few_colours.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// Codings of an animation, until one is no larger than its source.
class SmallerWebp {
public:
    SmallerWebp(const VImage& image, const Output& output, std::size_t source_bytes)
        : pixels_(image.copy_memory()), output_(output), source_bytes_(source_bytes),
          smallest_(encode(pixels_, Format::webp, output, {quality_of(Format::webp, output)})) {}

    void try_mixed(std::int32_t quality, std::int32_t alpha_quality) {
        if (fits()) return;
        Output mixed = output_;
        mixed.alpha_quality = std::min(alpha_quality, output_.alpha_quality);
        keep(encode(pixels_, Format::webp, mixed, {.quality = quality, .mixed = true}));
    }
    void try_few_colours(int colours) {
        if (fits() || !can_have_few_colours(pixels_)) return;
        Output lossless = output_;
        lossless.lossless = true;
        keep(encode(in_few_colours(pixels_, colours), Format::webp, lossless, {.mixed = true}));
    }
    bool is_drawing() const {
        constexpr std::size_t kMostOfDrawing = 16'384; // with the rims that resizing makes
        return has_at_most_colours(pixels_, kMostOfDrawing);
    }
    bool fits() const { return smallest_.bytes().size() <= source_bytes_; }
    Encoded take() { return std::move(smallest_); }

private:
    void keep(Encoded other) {
        if (other.bytes().size() < smallest_.bytes().size()) smallest_ = std::move(other);
    }

    VImage pixels_;
    const Output& output_;
    std::size_t source_bytes_;
    Encoded smallest_;
};

} // namespace

Encoded encode_webp_image(const VImage& image, const Output& output, std::size_t source_bytes) {
    const std::int32_t quality = quality_of(Format::webp, output);
    if (source_bytes == 0 || output.lossless || output.near_lossless)
        return encode(image, Format::webp, output, {quality});
    SmallerWebp smaller(image, output, source_bytes);
    smaller.try_mixed(quality, output.alpha_quality);
    if (smaller.fits() || output.quality != 0) return smaller.take();
    if (smaller.is_drawing())
        for (const int colours : {64, 32, 16, 8}) smaller.try_few_colours(colours);
    for (const std::int32_t lower : {65, 50}) smaller.try_mixed(lower, lower);
    return smaller.take();
}

} // namespace thumbnailer
