#include "thumbnail/decode/preview.h"

#include <cmath>
#include <vector>

#include "thumbnail/containers/tiff.h"
#include "thumbnail/decode/heif_formats.h"
#include "thumbnail/jpeg/segments.h"

namespace thumbnailer {

namespace {

constexpr std::uint64_t kApp1 = 0xe1;
constexpr std::uint64_t kApp2 = 0xe2;
constexpr std::uint64_t kOrientation = 0x0112;

// The contents of an application segment after its name.
std::optional<Bytes> behind(std::string_view name, Bytes contents) {
    if (!text_of(contents).starts_with(name)) return std::nullopt;
    return contents.subspan(name.size());
}

struct Candidate {
    Bytes file;
    std::optional<std::uint64_t> orientation = {}; // nullopt: not in the EXIF
};

std::optional<Tiff> exif_in(const JpegSegment& segment) {
    const auto bytes =
        segment.marker == kApp1 ? behind(std::string_view("Exif\0\0", 6), segment.contents) : std::nullopt;
    return bytes ? Tiff::open(*bytes) : std::nullopt;
}

// The second directory describes the thumbnail.
void take_exif(const Tiff& exif, std::vector<Candidate>& found) {
    const auto first = exif.first();
    const auto second = first ? exif.after(*first) : std::nullopt;
    if (!second || *second == 0) return;
    const auto offset = exif.value(*second, 0x0201);
    const auto length = exif.value(*second, 0x0202);
    if (!offset || !length) return;
    if (const auto file = bytes_at(exif.bytes(), *offset, *length))
        found.push_back({*file, exif.value(*second, kOrientation)});
}

// Each image has 16 bytes: its type, its size, and its offset from the byte order mark (CIPA DC-007, 5.2.3.3).
void take_mpf(Bytes source, Bytes contents, std::vector<Candidate>& found) {
    constexpr std::uint64_t kEntries = 0xb002;
    constexpr std::uint64_t kVga = 0x010001;
    constexpr std::uint64_t kFullHd = 0x010002;
    const auto index = Tiff::open(contents);
    const auto directory = index ? index->first() : std::nullopt;
    const auto entries = directory ? index->value(*directory, kEntries) : std::nullopt;
    if (!entries) return;
    const auto base = static_cast<std::uint64_t>(contents.data() - source.data());
    for (std::uint64_t at = *entries; at < *entries + index->count(*directory, kEntries).value_or(0); at += 16) {
        const auto attributes = index->number(at, 4);
        const auto length = index->number(at + 4, 4);
        const auto offset = index->number(at + 8, 4);
        if (!attributes || !length || !offset) return;
        const std::uint64_t type = *attributes & 0xffffff;
        if (type != kVga && type != kFullHd) continue;
        if (const auto file = bytes_at(source, base + *offset, *length)) found.push_back({*file});
    }
}

std::vector<Candidate> candidates_in(Bytes source) {
    std::vector<Candidate> found;
    for (const JpegSegment& segment : jpeg_segments(source)) {
        if (const auto exif = exif_in(segment)) take_exif(*exif, found);
        const auto mpf =
            segment.marker == kApp2 ? behind(std::string_view("MPF\0", 4), segment.contents) : std::nullopt;
        if (mpf) take_mpf(source, *mpf, found);
    }
    return found;
}

// An image of an MPF has its own EXIF.
std::optional<std::uint64_t> own_orientation(Bytes file) {
    for (const JpegSegment& segment : jpeg_segments(file))
        if (const auto exif = exif_in(segment))
            if (const auto first = exif->first()) return exif->value(*first, kOrientation);
    return std::nullopt;
}

bool has_shape_of(const Header& header, Size size) {
    constexpr double kTolerance = 0.01;
    const double wanted = static_cast<double>(header.raw_width) / header.raw_height;
    return std::abs(static_cast<double>(size.width) / size.height / wanted - 1) <= kTolerance;
}

bool serves(const Header& header, const Candidate& candidate, const JpegFrame& frame, Size scaled) {
    const auto orientation = candidate.orientation ? candidate.orientation : own_orientation(candidate.file);
    return frame.precision == 8 && !frame.progressive && serves_as_preview(header, frame.size, scaled) &&
           (!orientation || *orientation == static_cast<std::uint64_t>(header.orientation));
}

} // namespace

bool allows_preview(const Header& header, const Output& output) {
    // Only a copy in a HEIF file says its own colours.
    return output.preview == Preview::allow && output.page == 0 && output.metadata == Metadata::none &&
           (header.profile == 0 || is_read_as_heif(header.format));
}

bool serves_as_preview(const Header& header, Size size, Size scaled) {
    return size.width >= scaled.width && size.height >= scaled.height && size.width < header.raw_width &&
           size.height < header.raw_height && has_shape_of(header, size);
}

std::optional<Bytes> preview_of(const Header& header, Bytes source, Size scaled) {
    std::optional<Bytes> smallest;
    std::int32_t width = header.raw_width;
    for (const Candidate& candidate : candidates_in(source)) {
        const auto frame = jpeg_frame(candidate.file);
        if (!frame || !serves(header, candidate, *frame, scaled) || frame->size.width >= width) continue;
        smallest = candidate.file;
        width = frame->size.width;
    }
    return smallest;
}

} // namespace thumbnailer
