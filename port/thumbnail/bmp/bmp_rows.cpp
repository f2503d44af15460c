#include "thumbnail/bmp/bmp_rows.h"

#include <string>

#include "base/byte_reader.h"
#include "thumbnail/bmp/bmp_runs.h"

namespace thumbnailer {

namespace {

std::uint8_t byte_at(Bytes bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

void from_triples(Bytes stored, std::span<std::uint8_t> row) {
    for (std::size_t at = 0; at + 2 < row.size(); at += 3) {
        row[at] = byte_at(stored, at + 2);
        row[at + 1] = byte_at(stored, at + 1);
        row[at + 2] = byte_at(stored, at);
    }
}

// To 8 bits, rounded.
std::uint8_t channel(std::uint32_t pixel, const BmpMask& mask) {
    const std::uint64_t value = pixel >> mask.shift & mask.max;
    return static_cast<std::uint8_t>(mask.max == 255 ? value : (value * 255 + mask.max / 2) / mask.max);
}

} // namespace

Result<BmpRows> BmpRows::open(BmpHeader header) {
    if (header.runs != BmpRuns::none) {
        auto unpacked = unpack_runs(header);
        if (!unpacked) return std::move(unpacked).error();
        return BmpRows(std::move(header), std::move(*unpacked));
    }
    const std::uint64_t needed = header.row_bytes() * static_cast<std::uint64_t>(header.size.height);
    if (header.pixels.size() < needed)
        return Failure{Reason::bad_image, "the bmp image is cut short: its pixels have " + std::to_string(needed) +
                                              " bytes, of which " + std::to_string(header.pixels.size()) +
                                              " are there"};
    return BmpRows(std::move(header), {});
}

Bytes BmpRows::stored_row(std::int32_t y) const {
    const auto row = static_cast<std::uint64_t>(header_.top_down ? y : header_.size.height - 1 - y);
    const std::uint64_t samples = header_.runs == BmpRuns::rle24 ? 3 : 1;
    const std::uint64_t length = header_.runs == BmpRuns::none ? header_.row_bytes() : samples * header_.run_width();
    const Bytes all = header_.runs == BmpRuns::none ? header_.pixels : std::as_bytes(std::span(unpacked_));
    return all.subspan(row * length, length);
}

bool BmpRows::from_palette(Bytes stored, std::span<std::uint8_t> row) const {
    const std::uint32_t bits = header_.runs == BmpRuns::none ? header_.bits : 8;
    const std::uint32_t per_byte = 8 / bits;
    const auto width = static_cast<std::size_t>(header_.size.width);
    for (std::size_t x = 0; x < width; ++x) {
        const auto shift = static_cast<std::uint32_t>(per_byte - 1 - x % per_byte) * bits;
        const std::uint32_t index = byte_at(stored, x / per_byte) >> shift & ((1U << bits) - 1);
        if (index >= header_.palette.size()) return false;
        const BmpColour& colour = header_.palette[index];
        row[3 * x] = colour.red;
        row[3 * x + 1] = colour.green;
        row[3 * x + 2] = colour.blue;
    }
    return true;
}

void BmpRows::from_masks(Bytes stored, std::span<std::uint8_t> row) const {
    const auto channels = static_cast<std::size_t>(bands());
    const std::size_t width = header_.bits / 8;
    for (std::size_t x = 0; x < static_cast<std::size_t>(header_.size.width); ++x) {
        std::uint32_t pixel = 0;
        for (std::size_t byte = width; byte-- > 0;) pixel = pixel << 8 | byte_at(stored, x * width + byte);
        for (std::size_t band = 0; band < channels; ++band)
            row[x * channels + band] = header_.masks[band].max == 0 ? 0 : channel(pixel, header_.masks[band]);
    }
}

bool BmpRows::read(std::int32_t y, std::span<std::uint8_t> row) const {
    const Bytes stored = stored_row(y);
    if (header_.has_palette()) return from_palette(stored, row);
    if (header_.bits == 24)
        from_triples(stored, row);
    else
        from_masks(stored, row);
    return true;
}

} // namespace thumbnailer
