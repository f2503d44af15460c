// The directories of TIFF, as EXIF and MPF have them: numbers in either byte order, found by offsets that may lie.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_reader.h"

namespace thumbnailer {

class Tiff {
public:
    // From the byte order on. Nothing when it is neither.
    static std::optional<Tiff> open(Bytes bytes) {
        const auto order = ByteReader(bytes).unsigned_of(4);
        if (order != 0x49492a00 && order != 0x4d4d002a) return std::nullopt;
        return Tiff(bytes, order == 0x49492a00);
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

    // Where the first directory stands, and the one after another.
    std::optional<std::uint64_t> first() const { return number(4, 4); }
    std::optional<std::uint64_t> after(std::uint64_t directory) const {
        const auto entries = number(directory, 2);
        return entries ? number(directory + 2 + *entries * kEntry, 4) : std::nullopt;
    }

    // The only value of a tag, as 16 or 32 bits; what has more values stands where this points to.
    std::optional<std::uint64_t> value(std::uint64_t directory, std::uint64_t tag) const {
        const auto entry = find(directory, tag);
        constexpr std::uint64_t kShort = 3;
        return entry ? number(*entry + 8, number(*entry + 2, 2) == kShort ? 2 : 4) : std::nullopt;
    }
    // How many values a tag has.
    std::optional<std::uint64_t> count(std::uint64_t directory, std::uint64_t tag) const {
        const auto entry = find(directory, tag);
        return entry ? number(*entry + 4, 4) : std::nullopt;
    }

private:
    static constexpr std::uint64_t kEntry = 12;

    Tiff(Bytes bytes, bool little) : bytes_(bytes), little_(little) {}

    std::optional<std::uint64_t> find(std::uint64_t directory, std::uint64_t tag) const {
        const std::uint64_t entries = number(directory, 2).value_or(0);
        for (std::uint64_t at = directory + 2; at < directory + 2 + entries * kEntry; at += kEntry)
            if (number(at, 2) == tag) return at;
        return std::nullopt;
    }

    Bytes bytes_;
    bool little_;
};

} // namespace thumbnailer
