// The only reader for untrusted bytes: it compares every length with the number of bytes left before it uses it. After
// a read has failed, all later reads fail. So a caller that reads several values checks the last one only.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace thumbnailer {

class ByteReader {
public:
    explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

    std::size_t position() const { return position_; }
    std::size_t left() const { return bytes_.size() - position_; }

    std::optional<Bytes> take(std::uint64_t count) {
        failed_ = failed_ || count > left();
        if (failed_) return std::nullopt;
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

    // Little endian, 1 to 8 bytes.
    std::optional<std::uint64_t> little_of(std::size_t width) {
        const auto taken = take(width);
        if (!taken) return std::nullopt;
        std::uint64_t value = 0;
        for (std::size_t at = width; at-- > 0;) value = value << 8 | static_cast<std::uint64_t>((*taken)[at]);
        return value;
    }

private:
    Bytes bytes_;
    std::size_t position_ = 0;
    bool failed_ = false;
};

// The bytes from `offset` on; nothing when they are not all there.
inline std::optional<Bytes> bytes_at(Bytes bytes, std::uint64_t offset, std::uint64_t size) {
    ByteReader reader(bytes);
    return reader.take(offset) ? reader.take(size) : std::nullopt;
}

} // namespace thumbnailer
