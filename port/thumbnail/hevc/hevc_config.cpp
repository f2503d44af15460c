#include "thumbnail/hevc/hevc_config.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/byte_reader.h"

#include "thumbnail/hevc/hevc_bits.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kUnitHeader = 2;
constexpr std::uint64_t kSequenceParameterSet = 33; // of the types of units (H.265, table 7-1)

std::uint64_t type_of(Bytes unit) { return unit.empty() ? 0 : static_cast<std::uint64_t>(unit[0]) >> 1 & 63; }

// profile_tier_level (7.3.3): 88 bits for all layers and 8 for their level, then as much for each lower layer that has
// it.
bool skip_profile(HevcBits& bits, std::uint32_t lower_layers) {
    if (!bits.skip(96)) return false;
    std::uint32_t profiles = 0;
    std::uint32_t levels = 0;
    for (std::uint32_t layer = 0; layer < lower_layers; ++layer) {
        const auto profile = bits.take(1);
        const auto level = bits.take(1);
        if (!level) return false;
        profiles += *profile;
        levels += *level;
    }
    if (lower_layers > 0 && !bits.skip(2 * static_cast<int>(8 - lower_layers))) return false;
    return bits.skip(static_cast<int>(88 * profiles + 8 * levels));
}

std::optional<CodedFormat> format_in(Bytes unit) {
    HevcBits bits(unit);
    bits.skip(16 + 4); // the unit's header, a number
    const auto lower_layers = bits.take(3);
    bits.skip(1);
    if (!lower_layers || *lower_layers > 6 || !skip_profile(bits, *lower_layers) || !bits.number()) return std::nullopt;
    const auto chroma = bits.number();
    if (!chroma || *chroma > 3 || (*chroma == 3 && bits.take(1) != 0U)) return std::nullopt;
    const auto width = bits.number();
    const auto height = bits.number();
    const auto windowed = bits.take(1);
    if (!windowed) return std::nullopt;
    std::uint64_t edges[4] = {}; // left, right, top, bottom
    if (*windowed == 1)
        for (std::uint64_t& edge : edges) {
            const auto value = bits.number();
            if (!value) return std::nullopt;
            edge = *value;
        }
    const auto luma = bits.number();
    const auto colour = bits.number();
    if (!colour || *luma > 8 || *colour > 8) return std::nullopt;
    const std::uint64_t across = (edges[0] + edges[1]) * (*chroma == 1 || *chroma == 2 ? 2 : 1);
    const std::uint64_t down = (edges[2] + edges[3]) * (*chroma == 1 ? 2 : 1);
    constexpr std::uint64_t kMost = 1 << 20;
    if (*width > kMost || *height > kMost || across >= *width || down >= *height) return std::nullopt;
    const auto size_of = [](std::uint64_t wide, std::uint64_t high) {
        return Size{static_cast<std::int32_t>(wide), static_cast<std::int32_t>(high)};
    };
    return CodedFormat{size_of(*width, *height), size_of(*width - across, *height - down), *chroma,
                       8 + std::max(*luma, *colour)};
}

Failure bad(const char* what) { return {Reason::bad_image, std::string("the heif image has ") + what}; }
Failure damaged() { return bad("a damaged set-up of its decoder (hvcC)"); }

// All parameter sets must have the same format.
bool takes_format(Bytes unit, std::optional<CodedFormat>& format) {
    if (type_of(unit) != kSequenceParameterSet) return true;
    const auto read = format_in(unit);
    if (!read || (format && *read != *format)) return false;
    format = read;
    return true;
}

} // namespace

Result<HevcConfig> read_hevc_config(Bytes contents) {
    ByteReader reader(contents);
    // The profile is skipped: the parameter sets contain it.
    const auto lengths = reader.take(21) ? reader.unsigned_of(1) : std::nullopt;
    const auto arrays = reader.unsigned_of(1);
    if (!lengths || !arrays) return damaged();
    HevcConfig config;
    config.length_bytes = (*lengths & 3) + 1;
    std::optional<CodedFormat> format;
    for (std::uint64_t array = 0; array < *arrays; ++array) {
        const auto type = reader.unsigned_of(1); // the units contain it, too
        const auto count = type ? reader.unsigned_of(2) : std::nullopt;
        if (!count) return damaged();
        for (std::uint64_t index = 0; index < *count; ++index) {
            const auto length = reader.unsigned_of(2);
            const auto unit = length ? reader.take(*length) : std::nullopt;
            if (!unit || unit->size() < kUnitHeader || !takes_format(*unit, format)) return damaged();
            config.units.push_back(*unit);
        }
    }
    if (!format) return bad("a set-up of its decoder (hvcC) without a size");
    config.format = *format;
    return config;
}

Result<std::vector<Bytes>> hevc_units(Bytes data, const HevcConfig& config) {
    std::vector<Bytes> units;
    std::optional<CodedFormat> format = config.format;
    ByteReader reader(data);
    while (reader.left() > 0) {
        const auto length = reader.unsigned_of(config.length_bytes);
        const auto unit = length ? reader.take(*length) : std::nullopt;
        if (!unit || unit->size() < kUnitHeader) return bad("image data that are cut short");
        if (!takes_format(*unit, format)) return bad("image data of another size than it says");
        units.push_back(*unit);
    }
    return units;
}

} // namespace thumbnailer
