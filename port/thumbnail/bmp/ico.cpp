#include "thumbnail/bmp/ico.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"

namespace thumbnailer {

namespace {

constexpr std::uint64_t kHeader = 6;
constexpr std::uint64_t kEntry = 16;

Failure bad(std::string message) { return {Reason::bad_image, "the icon " + std::move(message)}; }

struct Entry {
    std::uint64_t length = 0;
    std::uint64_t offset = 0;
};

std::optional<Entry> next_entry(ByteReader& reader) {
    if (!reader.take(8)) return std::nullopt; // size and bits: those in the images' own headers count
    const auto length = reader.little_of(4);
    const auto offset = reader.little_of(4);
    if (!offset) return std::nullopt;
    return Entry{*length, *offset};
}

// Nothing if it is neither an icon nor a cursor.
std::optional<std::uint64_t> count_of(ByteReader& reader) {
    const auto reserved = reader.little_of(2);
    const auto type = reader.little_of(2); // 1: icon, 2: cursor
    const auto count = reader.little_of(2);
    if (!count || *reserved != 0 || (*type != 1 && *type != 2) || *count == 0) return std::nullopt;
    return count;
}

struct Candidate {
    IconImage image;
    std::uint64_t pixels = 0;
    std::uint64_t bits = 0;
};

// PNG: signature, length and name of IHDR, then width, height and depth.
std::optional<Candidate> png_candidate(Bytes bytes) {
    ByteReader reader(bytes);
    if (reader.unsigned_of(8) != 0x89504e470d0a1a0a || !reader.take(8)) return std::nullopt;
    const auto width = reader.unsigned_of(4);
    const auto height = reader.unsigned_of(4);
    if (!height) return std::nullopt;
    return Candidate{{bytes, true}, *width * *height, 32};
}

Result<Candidate> candidate_in(Bytes bytes) {
    if (auto png = png_candidate(bytes)) return *png;
    const auto header = read_icon_header(bytes);
    if (!header) return header.error();
    return Candidate{{bytes, false},
                     static_cast<std::uint64_t>(header->size.width) * static_cast<std::uint64_t>(header->size.height),
                     header->bits};
}

// Without an alpha mask, the upper byte of 32-bit pixels is alpha if any pixel uses it.
bool has_alpha_beside_colours(const BmpHeader& header) {
    if (header.bits != 32 || header.has_alpha()) return false;
    const std::uint64_t bytes = header.row_bytes() * static_cast<std::uint64_t>(header.size.height);
    if (header.pixels.size() < bytes) return false;
    for (std::uint64_t at = 3; at < bytes; at += 4)
        if (header.pixels[at] != std::byte{0}) return true;
    return false;
}

} // namespace

Result<IconImage> largest_image(Bytes source) {
    ByteReader list(source);
    const auto count = count_of(list);
    if (!count) return bad("has no list of images");
    std::optional<Candidate> largest;
    for (std::uint64_t index = 0; index < *count; ++index) {
        const auto entry = next_entry(list);
        if (!entry) return bad("is cut short in its list of images");
        ByteReader reader(source);
        const auto bytes = reader.take(entry->offset) ? reader.take(entry->length) : std::nullopt;
        if (!bytes) return bad("is cut short: image " + std::to_string(index + 1) + " is not in the file");
        const auto candidate = candidate_in(*bytes);
        if (!candidate) return candidate.error();
        if (!largest || std::pair(candidate->pixels, candidate->bits) > std::pair(largest->pixels, largest->bits))
            largest = *candidate;
    }
    return largest->image;
}

Result<IconRows> IconRows::open(Bytes bitmap) {
    auto header = read_icon_header(bitmap);
    if (!header) return std::move(header).error();
    if (has_alpha_beside_colours(*header)) header->masks[3] = {24, 255};
    const bool masked = !header->has_alpha();
    const std::uint64_t pixels = header->row_bytes() * static_cast<std::uint64_t>(header->size.height);
    const Bytes stored = header->pixels;
    const auto width = static_cast<std::uint64_t>(header->size.width);
    const std::uint64_t mask_bytes = (width + 31) / 32 * 4 * static_cast<std::uint64_t>(header->size.height);
    auto rows = BmpRows::open(std::move(*header));
    if (!rows) return std::move(rows).error();
    if (!masked) return IconRows(std::move(*rows), {});
    ByteReader reader(stored);
    const auto mask = reader.take(pixels) ? reader.take(mask_bytes) : std::nullopt;
    if (!mask) return bad("is cut short in the mask of an image");
    return IconRows(std::move(*rows), *mask);
}

bool IconRows::read(std::int32_t y, std::span<std::uint8_t> row) const {
    if (mask_.empty()) return rows_.read(y, row);
    const auto width = static_cast<std::size_t>(size().width);
    std::vector<std::uint8_t> colours(3 * width);
    if (!rows_.read(y, colours)) return false;
    const std::size_t stride = (width + 31) / 32 * 4;
    const Bytes hidden = mask_.subspan(static_cast<std::size_t>(size().height - 1 - y) * stride, stride);
    for (std::size_t x = 0; x < width; ++x) {
        std::copy_n(colours.begin() + static_cast<std::ptrdiff_t>(3 * x), 3,
                    row.begin() + static_cast<std::ptrdiff_t>(4 * x));
        row[4 * x + 3] = (hidden[x / 8] >> (7 - x % 8) & std::byte{1}) == std::byte{0} ? 255 : 0;
    }
    return true;
}

} // namespace thumbnailer
