#include "thumbnail/encode/quality_search.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "thumbnail/decode/load.h"
#include "thumbnail/encode/encode_gif.h"
#include "thumbnail/encode/encode_webp_image.h"
#include "thumbnail/encode/few_colours.h"
#include "thumbnail/encode/ssim.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr std::int32_t kBestQuality = 100;

// Encodes with different qualities and keeps the results, so that no quality is encoded twice.
class Trials {
public:
    Trials(const VImage& image, Format format, const Output& output)
        : image_(image.copy_memory()), format_(format), output_(output) {}

    const Encoded& at(std::int32_t quality) {
        auto& encoded = made_[static_cast<std::size_t>(quality)];
        if (!encoded) encoded.emplace(encode(image_, format_, output_, {quality}));
        return *encoded;
    }
    Encoded take(std::int32_t quality) {
        at(quality);
        return std::move(*made_[static_cast<std::size_t>(quality)]);
    }
    const VImage& image() const { return image_; }

private:
    VImage image_;
    Format format_;
    const Output& output_;
    std::array<std::optional<Encoded>, kBestQuality + 1> made_;
};

bool fits(const Encoded& encoded, const Output& output) {
    return output.max_bytes == 0 || encoded.bytes().size() <= static_cast<std::size_t>(output.max_bytes);
}

Failure too_large(const Encoded& smallest, Format format, const Output& output) {
    return {.reason = Reason::too_large,
            .message = "the smallest " + std::string(name_of(format)) + " has " +
                       std::to_string(smallest.bytes().size()) + " bytes: max_bytes is " +
                       std::to_string(output.max_bytes),
            .option = "max_bytes",
            .limit = output.max_bytes};
}

// The lowest quality for which `suffices` is true; it must be true for `highest`.
template <typename Suffices>
std::int32_t lowest(std::int32_t highest, Suffices suffices) {
    std::int32_t low = 1;
    std::int32_t high = highest;
    while (low < high) {
        const std::int32_t middle = (low + high) / 2;
        if (suffices(middle))
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

Result<Encoded> encode_to_ssim(Trials& trials, Format format, const Output& output) {
    const SsimReference reference(trials.image());
    const bool animated = vips_image_get_page_height(trials.image().get_image()) < trials.image().height();
    const auto reaches_ssim = [&](std::int32_t quality) {
        return reference.ssim(decode(format, trials.at(quality).bytes(), animated)) >= output.ssim;
    };
    if (!reaches_ssim(kBestQuality))
        return Failure{.reason = Reason::encode_failed,
                       .message = "no quality of " + std::string(name_of(format)) + " keeps the picture as alike as " +
                                  std::to_string(output.ssim),
                       .option = "quality"};
    const std::int32_t quality = lowest(kBestQuality, reaches_ssim);
    if (!fits(trials.at(quality), output)) return too_large(trials.at(quality), format, output);
    return trials.take(quality);
}

Result<Encoded> encode_to_max_bytes(Trials& trials, Format format, const Output& output) {
    const std::int32_t wanted = quality_of(format, output);
    if (fits(trials.at(wanted), output)) return trials.take(wanted);
    const auto too_many_bytes = [&](std::int32_t quality) { return !fits(trials.at(quality), output); };
    const std::int32_t first_over = lowest(wanted, too_many_bytes);
    if (first_over == 1) return too_large(trials.at(1), format, output);
    return trials.take(first_over - 1);
}

// Resizing mixes neighbours: the thumbnail of a drawing in two colours has more. 0: the samples are not those of a
// palette, or the output says how they are to be stored.
std::int32_t png_palette_bits(const VImage& image, Format format, const Output& output) {
    constexpr int kFewestBits = 4;
    if (format != Format::png || output.palette || output.bit_depth != BitDepth::automatic) return 0;
    const int bits = palette_bits_of(image);
    return bits == 0 ? 0 : std::max(bits, kFewestBits);
}

// In 16 colours, or in fewer where these make the file no larger than its source.
Encoded encode_few_colours(const VImage& pixels, const Output& output, std::size_t source_bytes) {
    constexpr int kMost = 16;
    constexpr int kFewest = 8;
    const auto in_colours = [&](int colours) {
        return encode(in_few_colours(pixels, colours), Format::png, output, {quality_of(Format::png, output), 4});
    };
    Encoded most = in_colours(kMost);
    if (source_bytes == 0 || most.bytes().size() <= source_bytes) return most;
    for (int colours = kMost - 2; colours >= kFewest; colours -= 2)
        if (Encoded fewer = in_colours(colours); fewer.bytes().size() <= source_bytes) return fewer;
    return most;
}

// With a palette, or without where that is not larger.
Encoded encode_smaller(const VImage& image, const Output& output, std::int32_t palette_bits, std::size_t source_bytes) {
    const VImage pixels = image.copy_memory();
    Encoded encoded = encode(pixels, Format::png, output, {quality_of(Format::png, output)});
    const bool few = palette_bits <= 4 && can_have_few_colours(pixels);
    Encoded other =
        few ? encode_few_colours(pixels, output, source_bytes)
            : encode(pixels, Format::png, output, {quality_of(Format::png, output), palette_bits > 4 ? 8 : 4});
    return other.bytes().size() < encoded.bytes().size() ? std::move(other) : std::move(encoded);
}

} // namespace

Result<Encoded> encode_with_search(const VImage& image, Format format, const Output& output, std::size_t source_bytes) {
    if (is_lossy(format, output) && (output.ssim > 0 || output.max_bytes > 0)) {
        Trials trials(image, format, output);
        return output.ssim > 0 ? encode_to_ssim(trials, format, output) : encode_to_max_bytes(trials, format, output);
    }
    const std::int32_t palette_bits = png_palette_bits(image, format, output);
    Encoded encoded = format == Format::gif    ? encode_gif(image, output, source_bytes)
                      : format == Format::webp ? encode_webp_image(image, output, source_bytes)
                      : palette_bits != 0      ? encode_smaller(image, output, palette_bits, source_bytes)
                                               : encode(image, format, output, {quality_of(format, output)});
    if (!fits(encoded, output)) return too_large(encoded, format, output);
    return encoded;
}

} // namespace thumbnailer
