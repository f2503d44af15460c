#include "thumbnail/bmp/bmp_fields.h"

#include "base/byte_reader.h"

namespace thumbnailer {

namespace {

constexpr std::uint64_t kCore = 12;
constexpr std::uint64_t kShortestOs2 = 16;
constexpr std::uint64_t kInfo = 40;
constexpr std::uint64_t kWithMasks = 52;
constexpr std::uint64_t kWithAlphaMask = 56;
constexpr std::uint64_t kLongestOs2 = 64;
constexpr std::uint64_t kV4 = 108;
constexpr std::uint64_t kV5 = 124;

constexpr bool is_header_length(std::uint64_t length) {
    return length == kCore || (length >= kShortestOs2 && length <= kLongestOs2) || length == kV4 || length == kV5;
}

// The little-endian number at an offset of the header; 0 if the header is shorter.
std::uint64_t field(Bytes header, std::uint64_t at, std::size_t width) {
    ByteReader reader(header);
    return reader.take(at) ? reader.little_of(width).value_or(0) : 0;
}

std::int64_t signed_field(Bytes header, std::uint64_t at) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(field(header, at, 4)));
}

} // namespace

bool BmpFields::is_core() const { return length == kCore; }

bool BmpFields::is_os2() const {
    return length <= kLongestOs2 && length != kInfo && length != kWithMasks && length != kWithAlphaMask;
}

std::uint64_t BmpFields::end() const {
    if (length != kInfo) return length;
    if (compression == bmp_code::kBitFields) return length + 12;
    return compression == bmp_code::kAlphaBitFields ? length + 16 : length;
}

bool BmpFields::embeds_profile() const {
    constexpr std::uint64_t kEmbedded = 0x4d424544; // "MBED"
    return length == kV5 && colour_space == kEmbedded;
}

std::optional<BmpFields> read_bmp_fields(Bytes bitmap) {
    const std::uint64_t length = field(bitmap, 0, 4);
    if (!is_header_length(length) || length > bitmap.size()) return std::nullopt;
    const Bytes header = bitmap.first(length);
    BmpFields fields{.length = length};
    if (fields.is_core()) {
        fields.width = static_cast<std::int64_t>(field(header, 4, 2));
        fields.height = static_cast<std::int64_t>(field(header, 6, 2));
        fields.planes = field(header, 8, 2);
        fields.bits = field(header, 10, 2);
        return fields;
    }
    fields.width = signed_field(header, 4);
    fields.height = signed_field(header, 8);
    fields.planes = field(header, 12, 2);
    fields.bits = field(header, 14, 2);
    fields.compression = field(header, 16, 4);
    fields.colours = field(header, 32, 4);
    if (fields.is_os2()) return fields;
    // The masks follow a header of 40 bytes; a longer header contains them.
    const bool alpha = length >= kWithAlphaMask || fields.compression == bmp_code::kAlphaBitFields;
    for (std::size_t channel = 0; channel < (alpha ? 4U : 3U); ++channel)
        fields.masks[channel] = static_cast<std::uint32_t>(field(bitmap, 40 + 4 * channel, 4));
    fields.colour_space = field(header, 56, 4);
    fields.profile_offset = field(header, 112, 4);
    fields.profile_length = field(header, 116, 4);
    return fields;
}

} // namespace thumbnailer
