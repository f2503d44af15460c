// The directories of TIFF and BigTIFF, with values of every type: what an image says of its samples, and where its
// parts stand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_reader.h"

namespace thumbnailer {

class TiffFile {
public:
    // From the byte order on. Nothing when it is neither.
    static std::optional<TiffFile> open(Bytes bytes) {
        switch (ByteReader(bytes).unsigned_of(4).value_or(0)) {
        case 0x49492a00: return TiffFile(bytes, true, false);
        case 0x4d4d002a: return TiffFile(bytes, false, false);
        case 0x49492b00: return TiffFile(bytes, true, true);
        case 0x4d4d002b: return TiffFile(bytes, false, true);
        default: return std::nullopt;
        }
    }

    Bytes bytes() const { return bytes_; }

    // 1 to 8 bytes.
    std::optional<std::uint64_t> number(std::uint64_t at, std::size_t width) const {
        ByteReader reader(bytes_);
        if (!reader.take(at)) return std::nullopt;
        if (!little_) return reader.unsigned_of(width);
        const auto taken = reader.take(width);
        if (!taken) return std::nullopt;
        std::uint64_t value = 0;
        for (std::size_t index = width; index-- > 0;) value = value << 8 | static_cast<std::uint64_t>((*taken)[index]);
        return value;
    }

    // Where the first directory stands, and the one after another; 0: there is none.
    std::optional<std::uint64_t> first() const { return big_ ? number(8, 8) : number(4, 4); }
    std::optional<std::uint64_t> after(std::uint64_t directory) const {
        const auto entries = number(directory, count_width());
        return entries ? number(directory + count_width() + *entries * entry_size(), word()) : std::nullopt;
    }

    // The only value of a tag, as 16 or 32 bits; what has more values stands where this points to.
    std::optional<std::uint64_t> value(std::uint64_t directory, std::uint64_t tag) const {
        const auto entry = find(directory, tag);
        if (!entry) return std::nullopt;
        const std::uint64_t type = number(*entry + 2, 2).value_or(0);
        return number(value_place(*entry), type == kShort ? 2 : type == kLong ? 4 : word());
    }
    // How many values a tag has.
    std::optional<std::uint64_t> count(std::uint64_t directory, std::uint64_t tag) const {
        const auto entry = find(directory, tag);
        return entry ? number(*entry + 4, word()) : std::nullopt;
    }
    // Where the values of a tag stand.
    std::optional<std::uint64_t> place(std::uint64_t directory, std::uint64_t tag) const {
        const auto entry = find(directory, tag);
        if (!entry) return std::nullopt;
        const std::uint64_t width = width_of(number(*entry + 2, 2).value_or(0));
        const std::uint64_t values = number(*entry + 4, word()).value_or(0);
        if (width == 0 || values > bytes_.size()) return std::nullopt;
        return width * values <= word() ? value_place(*entry) : number(value_place(*entry), word());
    }
    // All values of a tag that has whole numbers, at most `most` of them; none when it is not there.
    std::vector<std::uint64_t> values(std::uint64_t directory, std::uint64_t tag, std::uint64_t most = 64) const {
        std::vector<std::uint64_t> found;
        const auto entry = find(directory, tag);
        const auto begin = place(directory, tag);
        if (!entry || !begin) return found;
        const std::uint64_t width = width_of(number(*entry + 2, 2).value_or(0));
        const std::uint64_t count = std::min(most, number(*entry + 4, word()).value_or(0));
        for (std::uint64_t index = 0; index < count; ++index) {
            const auto value = number(*begin + index * width, width);
            if (!value) break;
            found.push_back(*value);
        }
        return found;
    }
    // The only value of a tag that has a fraction; nothing when its denominator is 0.
    std::optional<double> fraction(std::uint64_t directory, std::uint64_t tag) const {
        const auto begin = place(directory, tag);
        const auto above = begin ? number(*begin, 4) : std::nullopt;
        const auto below = begin ? number(*begin + 4, 4) : std::nullopt;
        if (!below || *below == 0) return std::nullopt;
        return static_cast<double>(*above) / static_cast<double>(*below);
    }

private:
    static constexpr std::uint64_t kShort = 3;
    static constexpr std::uint64_t kLong = 4;

    TiffFile(Bytes bytes, bool little, bool big) : bytes_(bytes), little_(little), big_(big) {}

    // How wide an offset is, and a number of values.
    std::size_t word() const { return big_ ? 8 : 4; }
    std::size_t count_width() const { return big_ ? 8 : 2; }
    std::uint64_t entry_size() const { return big_ ? 20 : 12; }
    std::uint64_t value_place(std::uint64_t entry) const { return entry + 4 + word(); }

    // In bytes, by the types of TIFF 6.0, section 2, and of BigTIFF; 0: unknown.
    static std::uint64_t width_of(std::uint64_t type) {
        constexpr std::uint64_t kWidths[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
        return type < std::size(kWidths) ? kWidths[type] : 0;
    }

    std::optional<std::uint64_t> find(std::uint64_t directory, std::uint64_t tag) const {
        if (directory > bytes_.size()) return std::nullopt;
        const std::uint64_t most = bytes_.size() / entry_size();
        const std::uint64_t entries = std::min(most, number(directory, count_width()).value_or(0));
        const std::uint64_t begin = directory + count_width();
        for (std::uint64_t at = begin; at < begin + entries * entry_size(); at += entry_size())
            if (number(at, 2) == tag) return at;
        return std::nullopt;
    }

    Bytes bytes_;
    bool little_;
    bool big_;
};

} // namespace thumbnailer
