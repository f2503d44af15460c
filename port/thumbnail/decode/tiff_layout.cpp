#include "thumbnail/decode/tiff_layout.h"

#include <algorithm>

#include "thumbnail/containers/tiff.h"

namespace thumbnailer {

namespace {

// TIFF 6.0, part 1 and 2.
enum Tag : std::uint64_t {
    kNewSubfileType = 254,
    kWidth = 256,
    kHeight = 257,
    kBits = 258,
    kCompression = 259,
    kPhotometric = 262,
    kSamplesPerPixel = 277,
    kXResolution = 282,
    kYResolution = 283,
    kSubIfds = 330,
    kExtraSamples = 338,
    kSampleFormat = 339,
    kYcbcrCoefficients = 529,
    kYcbcrSubsampling = 530,
    kReferenceBlackWhite = 532,
};

enum Photometric : std::uint64_t { kRgb = 2, kCmyk = 5, kYcbcr = 6, kCieLab = 8, kIccLab = 9 };

constexpr std::int32_t kMaxDirectories = 1000;

// The directory of a page, counted from 0.
std::optional<std::uint64_t> directory_of(const Tiff& tiff, std::int32_t page) {
    auto directory = tiff.first();
    for (std::int32_t index = 0; directory && *directory != 0 && index < std::min(page, kMaxDirectories); ++index)
        directory = tiff.after(*directory);
    return directory && *directory != 0 ? directory : std::nullopt;
}

bool is_small_copy(const Tiff& tiff, std::uint64_t directory) {
    return (tiff.value(directory, kNewSubfileType).value_or(0) & 1) != 0;
}

std::uint64_t pixels(const Tiff& tiff, std::uint64_t directory) {
    const std::uint64_t width = std::min<std::uint64_t>(tiff.value(directory, kWidth).value_or(0), 0x7fffffff);
    return width * std::min<std::uint64_t>(tiff.value(directory, kHeight).value_or(0), 0x7fffffff);
}

struct Directory {
    std::uint64_t at = 0;
    std::int32_t page = 0;
    std::int32_t subifd = -1;
};

// A first page that says it is a smaller copy of another image leads to the largest that does not say so.
Directory picture_of(const Tiff& tiff, Directory first) {
    if (first.page != 0 || !is_small_copy(tiff, first.at)) return first;
    Directory best = first;
    const auto consider = [&](const Directory& other) {
        if (!is_small_copy(tiff, other.at) && pixels(tiff, other.at) > pixels(tiff, best.at)) best = other;
    };
    std::int32_t page = 0;
    for (std::optional<std::uint64_t> at = first.at; at && *at != 0 && page < kMaxDirectories;
         at = tiff.after(*at), ++page) {
        consider({*at, page});
        std::int32_t subifd = 0;
        for (const std::uint64_t inner : tiff.values(*at, kSubIfds)) consider({inner, page, subifd++});
    }
    return best;
}

std::uint64_t colours_of(std::uint64_t photometric) {
    if (photometric == kCmyk) return 4;
    return photometric == kRgb || photometric == kYcbcr || photometric == kCieLab || photometric == kIccLab ? 3 : 1;
}

// Associated or not: libvips divides by the first.
std::optional<std::int32_t> alpha_in(const std::vector<std::uint64_t>& extra, std::uint64_t samples) {
    constexpr std::uint64_t kAssociated = 1;
    constexpr std::uint64_t kUnassociated = 2;
    for (std::size_t index = 0; index < extra.size() && extra.size() <= samples; ++index)
        if (extra[index] == kAssociated || extra[index] == kUnassociated)
            return static_cast<std::int32_t>(samples - extra.size() + index);
    return std::nullopt;
}

// Resolutions that differ by more than ten times are a mistake, not a page.
double pixel_aspect_of(const Tiff& tiff, std::uint64_t directory) {
    constexpr double kMost = 10;
    const auto across = tiff.fractions(directory, kXResolution, 1);
    const auto down = tiff.fractions(directory, kYResolution, 1);
    if (across.empty() || down.empty() || across[0] <= 0 || down[0] <= 0) return 1;
    const double aspect = down[0] / across[0];
    return aspect > 1 / kMost && aspect < kMost ? aspect : 1;
}

void take_ycbcr(const Tiff& tiff, std::uint64_t directory, TiffLayout& layout) {
    constexpr std::uint64_t kJpeg = 7;
    constexpr std::uint64_t kOldJpeg = 6;
    const std::uint64_t compression = tiff.value(directory, kCompression).value_or(1);
    if (compression == kJpeg || compression == kOldJpeg) return;
    const std::vector<std::uint64_t> subsampling = tiff.values(directory, kYcbcrSubsampling);
    if (subsampling != std::vector<std::uint64_t>{1, 1}) {
        layout.refusal = "YCbCr with fewer samples of colour than of brightness, and not as JPEG";
        return;
    }
    layout.samples = TiffSamples::ycbcr;
    if (auto luma = tiff.fractions(directory, kYcbcrCoefficients, 3); luma.size() == 3 && luma[1] > 0)
        layout.luma = luma;
    const auto range = tiff.fractions(directory, kReferenceBlackWhite, 6);
    if (range.size() == 6 && range[0] < range[1] && range[2] < range[3] && range[4] < range[5])
        layout.black_and_white = range;
}

void take_samples(const Tiff& tiff, std::uint64_t directory, TiffLayout& layout) {
    constexpr std::uint64_t kSigned = 2;
    constexpr std::uint64_t kComplexSigned = 5;
    constexpr std::uint64_t kComplex = 6;
    const std::uint64_t photometric = tiff.value(directory, kPhotometric).value_or(1);
    const auto bits = tiff.values(directory, kBits);
    const auto formats = tiff.values(directory, kSampleFormat);
    const std::uint64_t format = formats.empty() ? 1 : formats.front();
    const std::string depth = bits.empty() ? "" : " of " + std::to_string(bits.front()) + " bits";
    constexpr std::uint64_t kMostBits = 32;
    if (!bits.empty() && bits.front() > kMostBits) layout.refusal = "samples" + depth;
    if (format == kSigned && photometric != kCieLab) layout.refusal = "signed samples" + depth;
    if (format == kComplexSigned || format == kComplex) layout.refusal = "complex samples" + depth;
    if (photometric == kYcbcr) take_ycbcr(tiff, directory, layout);
    const bool deep = !bits.empty() && bits.front() == 16;
    if (photometric == kCieLab && !deep) layout.samples = TiffSamples::cie_lab8;
    if (photometric == kIccLab) layout.samples = deep ? TiffSamples::icc_lab16 : TiffSamples::icc_lab8;
}

} // namespace

std::optional<TiffLayout> tiff_layout(Bytes source, std::int32_t page) {
    const auto tiff = Tiff::open_file(source);
    const auto first = tiff ? directory_of(*tiff, page) : std::nullopt;
    if (!first) return std::nullopt;
    const Directory directory = picture_of(*tiff, {*first, page});
    TiffLayout layout;
    layout.page = directory.page;
    layout.subifd = directory.subifd;
    const std::uint64_t photometric = tiff->value(directory.at, kPhotometric).value_or(1);
    const std::uint64_t samples = tiff->value(directory.at, kSamplesPerPixel).value_or(1);
    layout.alpha = alpha_in(tiff->values(directory.at, kExtraSamples), samples);
    if (layout.alpha && static_cast<std::uint64_t>(*layout.alpha) < colours_of(photometric)) layout.alpha.reset();
    layout.compression = tiff->value(directory.at, kCompression).value_or(1);
    layout.pixel_aspect = pixel_aspect_of(*tiff, directory.at);
    layout.photometric_at = tiff->place(directory.at, kPhotometric).value_or(0);
    layout.little = text_of(source).starts_with("II");
    take_samples(*tiff, directory.at, layout);
    return layout;
}

std::vector<std::byte> read_as_rgb(Bytes source, const TiffLayout& layout) {
    std::vector<std::byte> changed(source.begin(), source.end());
    if (layout.photometric_at + 2 > changed.size()) return changed;
    changed[layout.photometric_at] = std::byte{layout.little ? std::uint8_t{kRgb} : std::uint8_t{0}};
    changed[layout.photometric_at + 1] = std::byte{layout.little ? std::uint8_t{0} : std::uint8_t{kRgb}};
    return changed;
}

} // namespace thumbnailer
