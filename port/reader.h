// The one way to read bytes that somebody else wrote: every length is compared with what is left before
// it is used. And the rules that every reader of terms keeps, whatever the bytes look like, so that no input
// costs more than its frame is worth.
#pragma once

#include <cstdint>
#include <optional>

#include "term.h"

namespace thumbnailer {

// Lists, tuples and maps around a value, itself included: [[]] is 2 deep. A request is 5 deep.
inline constexpr std::size_t kMaxDepth = 16;
// Atoms, numbers, binaries, lists, tuples, maps and their keys. A request for 64 outputs of 8 options has 1,100.
inline constexpr std::size_t kMaxNodes = 4096;

class Reader {
public:
    explicit Reader(Bytes bytes) : bytes_(bytes) {}

    std::size_t position() const { return position_; }
    std::size_t left() const { return bytes_.size() - position_; }

    std::optional<Bytes> take(std::uint64_t count) {
        if (count > left()) return std::nullopt;
        const Bytes taken = bytes_.subspan(position_, count);
        position_ += count;
        return taken;
    }

    // Big endian, 1 to 8 bytes.
    std::optional<std::uint64_t> unsigned_of(std::size_t width) {
        const auto taken = take(width);
        if (!taken) return std::nullopt;
        std::uint64_t value = 0;
        for (const std::byte byte : *taken) value = value << 8 | static_cast<std::uint64_t>(byte);
        return value;
    }

private:
    Bytes bytes_;
    std::size_t position_ = 0;
};

// Whether two keys of the map are the same value. Sorts: comparing each key with each other one would take
// minutes for a frame full of keys.
bool has_duplicate_key(const Map& map);

// The same kind and the same value: 1, 1.0, a and <<"a">> all differ. Maps are equal in any order.
bool operator==(const Term& left, const Term& right);

} // namespace thumbnailer
