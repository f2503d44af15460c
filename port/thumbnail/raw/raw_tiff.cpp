#include <algorithm>
#include <array>

#include "thumbnail/containers/tiff.h"
#include "thumbnail/raw/raw_formats.h"

namespace thumbnailer {

namespace {

// Tags of TIFF 6.0, TIFF/EP and DNG 1.7.
constexpr std::uint64_t kWidth = 0x0100;
constexpr std::uint64_t kHeight = 0x0101;
constexpr std::uint64_t kCompression = 0x0103;
constexpr std::uint64_t kPhotometric = 0x0106;
constexpr std::uint64_t kMaker = 0x010f;
constexpr std::uint64_t kModel = 0x0110;
constexpr std::uint64_t kStripOffsets = 0x0111;
constexpr std::uint64_t kOrientation = 0x0112;
constexpr std::uint64_t kStripByteCounts = 0x0117;
constexpr std::uint64_t kDirectories = 0x014a; // SubIFDs
constexpr std::uint64_t kJpegOffset = 0x0201;
constexpr std::uint64_t kJpegLength = 0x0202;
constexpr std::uint64_t kExif = 0x8769;
constexpr std::uint64_t kTakenAt = 0x9003;
constexpr std::uint64_t kExifWidth = 0xa002;
constexpr std::uint64_t kExifHeight = 0xa003;
constexpr std::uint64_t kDngVersion = 0xc612;
constexpr std::uint64_t kDefaultCropSize = 0xc620;

// Of Panasonic's raw files.
constexpr std::uint64_t kPanasonicMagic = 0x55;
constexpr std::uint64_t kSensorTop = 0x0004; // then left, bottom and right
constexpr std::uint64_t kPanasonicJpeg = 0x002e;

constexpr std::size_t kMostDirectories = 64;

bool has_raw_samples(const Tiff& tiff, std::uint64_t directory) {
    constexpr std::array<std::uint64_t, 2> kPhotometrics{32803, 34892}; // colour filter array, LinearRaw
    // Sony, Samsung, Nikon, Kodak, Pentax
    constexpr std::array<std::uint64_t, 6> kCompressions{32767, 32770, 34713, 65000, 65024, 65535};
    const auto photometric = tiff.value(directory, kPhotometric).value_or(0);
    const auto compression = tiff.value(directory, kCompression).value_or(0);
    return std::ranges::find(kPhotometrics, photometric) != kPhotometrics.end() ||
           std::ranges::find(kCompressions, compression) != kCompressions.end();
}

// All directories and their sub-directories, each once.
std::vector<std::uint64_t> directories_of(const Tiff& tiff) {
    std::vector<std::uint64_t> all;
    const auto add = [&](std::optional<std::uint64_t> directory) {
        if (directory && *directory != 0 && all.size() < kMostDirectories &&
            std::ranges::find(all, *directory) == all.end() && tiff.number(*directory, 2))
            all.push_back(*directory);
    };
    add(tiff.first());
    for (std::size_t index = 0; index < all.size(); ++index) {
        for (const std::uint64_t below : tiff.values(all[index], kDirectories, kMostDirectories)) add(below);
        add(tiff.after(all[index]));
    }
    return all;
}

void take_jpegs(const Tiff& tiff, std::uint64_t directory, RawFile& file) {
    constexpr std::uint64_t kOldJpeg = 6;
    constexpr std::uint64_t kJpeg = 7;
    add_jpeg(tiff.bytes(), tiff.value(directory, kJpegOffset).value_or(0),
             tiff.value(directory, kJpegLength).value_or(0), file);
    const auto compression = tiff.value(directory, kCompression);
    const bool one_strip = tiff.count(directory, kStripOffsets) == 1;
    if (one_strip && (compression == kOldJpeg || compression == kJpeg))
        add_jpeg(tiff.bytes(), tiff.value(directory, kStripOffsets).value_or(0),
                 tiff.value(directory, kStripByteCounts).value_or(0), file);
}

Size size_from(std::uint64_t width, std::uint64_t height) {
    constexpr std::uint64_t kMost = 1'000'000; // of any sensor; what is more is damage
    if (width == 0 || height == 0 || width > kMost || height > kMost) return {};
    return {static_cast<std::int32_t>(width), static_cast<std::int32_t>(height)};
}

// The default crop of the sensor's image, or all of it.
Size size_of(const Tiff& tiff, std::uint64_t directory) {
    const auto crop = tiff.values(directory, kDefaultCropSize, 2);
    if (crop.size() == 2) return size_from(crop[0], crop[1]);
    return size_from(tiff.value(directory, kWidth).value_or(0), tiff.value(directory, kHeight).value_or(0));
}

bool is_larger(Size one, Size other) {
    return std::int64_t{one.width} * one.height > std::int64_t{other.width} * other.height;
}

void take_size(Size size, Size& largest) {
    if (is_larger(size, largest)) largest = size;
}

void take_texts(const Tiff& tiff, std::uint64_t directory, RawFile& file) {
    const std::uint64_t orientation = tiff.value(directory, kOrientation).value_or(0);
    if (orientation >= 1 && orientation <= 8) file.orientation = static_cast<std::int32_t>(orientation);
    file.maker = tiff.text(directory, kMaker);
    file.model = tiff.text(directory, kModel);
    if (const auto exif = tiff.value(directory, kExif)) file.taken_at = tiff.text(*exif, kTakenAt);
}

RawFile read_directories(const Tiff& tiff, const std::vector<std::uint64_t>& directories) {
    RawFile file;
    take_texts(tiff, directories.front(), file);
    // CR2 does not say the size where its samples are.
    Size any;
    if (const auto exif = tiff.value(directories.front(), kExif))
        any = size_from(tiff.value(*exif, kExifWidth).value_or(0), tiff.value(*exif, kExifHeight).value_or(0));
    for (const std::uint64_t directory : directories) {
        take_jpegs(tiff, directory, file);
        take_size(size_of(tiff, directory), any);
        if (has_raw_samples(tiff, directory)) take_size(size_of(tiff, directory), file.size);
    }
    if (file.size == Size{}) file.size = any;
    return file;
}

std::optional<RawFile> read_panasonic_raw(const Tiff& tiff) {
    const auto first = tiff.first();
    if (!first) return std::nullopt;
    RawFile file;
    take_texts(tiff, *first, file);
    add_jpeg(tiff.bytes(), tiff.value(*first, kPanasonicJpeg).value_or(0),
             tiff.count(*first, kPanasonicJpeg).value_or(0), file);
    std::array<std::uint64_t, 4> edges{};
    for (std::size_t edge = 0; edge < edges.size(); ++edge)
        edges[edge] = tiff.value(*first, kSensorTop + edge).value_or(0);
    const auto [top, left, bottom, right] = edges;
    if (bottom > top && right > left) file.size = size_from(right - left, bottom - top);
    return file;
}

} // namespace

std::optional<RawFile> read_tiff_raw(Bytes source) {
    if (const auto panasonic = Tiff::open(source, kPanasonicMagic)) return read_panasonic_raw(*panasonic);
    const auto tiff = Tiff::open(source);
    if (!tiff) return std::nullopt;
    const auto directories = directories_of(*tiff);
    if (directories.empty()) return std::nullopt;
    const bool dng = tiff->count(directories.front(), kDngVersion).has_value();
    const bool cr2 = text_of(source.subspan(8)).starts_with("CR");
    const bool samples =
        std::ranges::any_of(directories, [&](std::uint64_t directory) { return has_raw_samples(*tiff, directory); });
    if (!dng && !cr2 && !samples) return std::nullopt;
    return read_directories(*tiff, directories);
}

} // namespace thumbnailer
