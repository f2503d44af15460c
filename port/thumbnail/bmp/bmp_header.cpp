#include "thumbnail/bmp/bmp_header.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

#include "base/byte_reader.h"
#include "thumbnail/bmp/bmp_fields.h"

namespace thumbnailer {

namespace {

constexpr std::uint64_t kFileHeader = 14;

Failure bad(std::string message) { return {Reason::bad_image, "the bmp image " + std::move(message)}; }
Failure unsupported(const std::string& what) {
    return {Reason::unsupported_format, "the bmp image holds " + what + ", which is not read"};
}

Result<BmpRuns> runs_of(const BmpFields& fields) {
    using namespace bmp_code;
    if (fields.is_os2() && fields.compression == kBitFields) return unsupported("a fax code");
    if (fields.is_os2() && fields.compression == kJpeg && fields.bits == 24) return BmpRuns::rle24;
    if (fields.compression == kJpeg) return unsupported("a jpeg image");
    if (fields.compression == kPng) return unsupported("a png image");
    if (fields.bits == 64) return unsupported("64 bits a pixel");
    constexpr std::array<std::uint64_t, 7> kBits{1, 2, 4, 8, 16, 24, 32};
    if (std::ranges::find(kBits, fields.bits) == kBits.end())
        return bad("says that it has " + std::to_string(fields.bits) + " bits a pixel");
    if (fields.compression == kPlain) return BmpRuns::none;
    if (fields.compression == kRle8 && fields.bits == 8) return BmpRuns::rle8;
    if (fields.compression == kRle4 && fields.bits == 4) return BmpRuns::rle4;
    const bool masked = fields.compression == kBitFields || fields.compression == kAlphaBitFields;
    if (masked && (fields.bits == 16 || fields.bits == 32)) return BmpRuns::none;
    return bad("has " + std::to_string(fields.bits) + " bits a pixel in a code that is not for them (" +
               std::to_string(fields.compression) + ")");
}

Result<std::array<BmpMask, 4>> masks_of(const BmpFields& fields) {
    std::array<BmpMask, 4> masks{};
    if (fields.bits != 16 && fields.bits != 32) return masks;
    // Without masks: 5 bits a channel, or 8; the upper bits mean nothing.
    if (fields.compression == bmp_code::kPlain)
        return fields.bits == 16 ? std::array<BmpMask, 4>{{{10, 31}, {5, 31}, {0, 31}, {}}}
                                 : std::array<BmpMask, 4>{{{16, 255}, {8, 255}, {0, 255}, {}}};
    for (std::size_t channel = 0; channel < masks.size(); ++channel) {
        const std::uint32_t mask = fields.masks[channel];
        if (mask == 0) continue;
        const auto shift = static_cast<std::uint32_t>(std::countr_zero(mask));
        const std::uint32_t max = mask >> shift;
        if ((max & (max + 1)) != 0) return bad("has a channel whose bits are not one beside the other");
        if (fields.bits == 16 && mask > 0xffff) return bad("has a channel outside of its 16 bits");
        masks[channel] = {shift, max};
    }
    if (masks[0].max == 0 && masks[1].max == 0 && masks[2].max == 0) return bad("has no bits for any colour");
    return masks;
}

// The number of colours is limited by the header, by the bits per pixel, and by the room before the pixels.
std::vector<BmpColour> palette_of(const BmpFields& fields, Bytes bytes) {
    std::vector<BmpColour> palette;
    if (fields.bits > 8) return palette;
    const std::uint64_t most = std::uint64_t{1} << fields.bits;
    const std::uint64_t stated = fields.colours == 0 ? most : std::min(fields.colours, most);
    const std::uint64_t count = std::min<std::uint64_t>(stated, bytes.size() / fields.colour_bytes());
    ByteReader reader(bytes);
    for (std::uint64_t index = 0; index < count; ++index) {
        const Bytes entry = *reader.take(fields.colour_bytes());
        palette.push_back({static_cast<std::uint8_t>(entry[2]), static_cast<std::uint8_t>(entry[1]),
                           static_cast<std::uint8_t>(entry[0])});
    }
    return palette;
}

Bytes profile_of(const BmpFields& fields, Bytes bitmap) {
    if (!fields.embeds_profile()) return {};
    ByteReader reader(bitmap);
    const auto profile = reader.take(fields.profile_offset) ? reader.take(fields.profile_length) : std::nullopt;
    return profile.value_or(Bytes{});
}

Result<Size> size_of(const BmpFields& fields) {
    const std::int64_t height = fields.height < 0 ? -fields.height : fields.height;
    if (fields.width <= 0 || height == 0 || height > std::numeric_limits<std::int32_t>::max())
        return bad("says that it has " + std::to_string(fields.width) + " x " + std::to_string(fields.height) +
                   " pixels");
    return Size{static_cast<std::int32_t>(fields.width), static_cast<std::int32_t>(height)};
}

// `pixels_at` is an offset from the information header; 0: the pixels follow the palette.
Result<BmpHeader> read(const BmpFields& fields, Bytes bitmap, std::uint64_t pixels_at) {
    const auto runs = runs_of(fields);
    if (!runs) return runs.error();
    const auto size = size_of(fields);
    if (!size) return size.error();
    const bool top_down = fields.height < 0;
    if (*runs != BmpRuns::none && top_down) return bad("has runs from the top down, which there cannot be");
    const auto masks = masks_of(fields);
    if (!masks) return masks.error();
    if (fields.end() > bitmap.size() || pixels_at > bitmap.size() || (pixels_at != 0 && pixels_at < fields.end()))
        return bad("has its pixels outside of the file or inside of its header");
    const std::uint64_t palette_end = pixels_at == 0 ? bitmap.size() : pixels_at;
    auto palette = palette_of(fields, bitmap.subspan(fields.end(), palette_end - fields.end()));
    if (fields.bits <= 8 && palette.empty()) return bad("has no palette");
    const std::uint64_t behind_palette = fields.end() + palette.size() * fields.colour_bytes();
    return BmpHeader{.size = *size,
                     .top_down = top_down,
                     .bits = static_cast<std::uint32_t>(fields.bits),
                     .runs = *runs,
                     .masks = *masks,
                     .palette = std::move(palette),
                     .pixels = bitmap.subspan(pixels_at == 0 ? behind_palette : pixels_at),
                     .profile = profile_of(fields, bitmap)};
}

Failure no_header() { return bad("has a header that does not exist or is cut short"); }

} // namespace

Result<BmpHeader> read_bmp_header(Bytes source) {
    ByteReader reader(source);
    const auto pixels_at = reader.take(10) ? reader.little_of(4) : std::nullopt;
    if (!pixels_at) return bad("is cut short");
    if (*pixels_at != 0 && *pixels_at < kFileHeader) return bad("has its pixels inside of its header");
    const Bytes bitmap = source.subspan(kFileHeader);
    const auto fields = read_bmp_fields(bitmap);
    if (!fields) return no_header();
    if (fields->planes != 1) return bad("says that it has " + std::to_string(fields->planes) + " planes");
    return read(*fields, bitmap, *pixels_at == 0 ? 0 : *pixels_at - kFileHeader);
}

Result<BmpHeader> read_icon_header(Bytes bitmap) {
    const auto fields = read_bmp_fields(bitmap);
    if (!fields) return no_header();
    auto header = read(*fields, bitmap, 0);
    if (!header) return header;
    if (header->top_down || header->size.height % 2 != 0 || header->runs != BmpRuns::none)
        return bad("in the icon has no mask below its picture");
    header->size.height /= 2;
    return header;
}

} // namespace thumbnailer
