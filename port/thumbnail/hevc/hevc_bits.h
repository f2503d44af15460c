// The numbers of an HEVC parameter set (ITU-T H.265, 7.2 and 9.2): bits, and codes of variable length.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace thumbnailer {

class HevcBits {
public:
    // A unit as it is stored. The bytes that keep start codes out of it are skipped (7.3.1.1).
    explicit HevcBits(Bytes bytes) : bytes_(bytes) {}

    // Up to 32 bits.
    std::optional<std::uint32_t> take(int count) {
        std::uint32_t value = 0;
        for (int index = 0; index < count; ++index) {
            const auto bit = next();
            if (!bit) return std::nullopt;
            value = value << 1 | *bit;
        }
        return value;
    }

    bool skip(int count) {
        for (int index = 0; index < count; ++index)
            if (!next()) return false;
        return true;
    }

    // ue(v)
    std::optional<std::uint32_t> number() {
        int zeros = 0;
        for (auto bit = next(); !bit || *bit == 0; bit = next())
            if (!bit || ++zeros > 31) return std::nullopt;
        const auto rest = take(zeros);
        if (!rest) return std::nullopt;
        return (std::uint32_t{1} << zeros) - 1 + *rest;
    }

private:
    std::optional<std::uint32_t> next() {
        if (left_ == 0) {
            if (at_ + 1 > bytes_.size()) return std::nullopt;
            if (zeros_ >= 2 && bytes_[at_] == std::byte{3}) {
                zeros_ = 0;
                if (++at_ >= bytes_.size()) return std::nullopt;
            }
            byte_ = static_cast<std::uint32_t>(bytes_[at_++]);
            zeros_ = byte_ == 0 ? zeros_ + 1 : 0;
            left_ = 8;
        }
        return byte_ >> --left_ & 1;
    }

    Bytes bytes_;
    std::size_t at_ = 0;
    int zeros_ = 0; // bytes in a row
    std::uint32_t byte_ = 0;
    int left_ = 0; // bits of it
};

} // namespace thumbnailer
