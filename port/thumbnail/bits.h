// The bits of entropy-coded JPEG data, where a byte of 0xff is followed by one of zeros that does not count
// (ITU-T T.81, F.1.2.3).
#pragma once

#include <cstdint>
#include <vector>

#include "../term.h"

namespace thumbnailer {

class BitReader {
public:
    explicit BitReader(Bytes data) : data_(data) {}

    // The next 16 bits; behind the end there are zeros.
    std::uint32_t peek() {
        if (count_ < 16) fill();
        return static_cast<std::uint32_t>(bits_ >> (count_ - 16)) & 0xffff;
    }
    // At most 16.
    void skip(int count) { count_ -= count; }
    std::uint32_t take(int count) {
        const std::uint32_t bits = peek() >> (16 - count);
        skip(count);
        return bits;
    }
    // Whether more was read than is there.
    bool overrun() const { return count_ < missing_; }
    // Goes on behind the restart marker that must come next.
    bool restart() {
        if (overrun() || count_ - missing_ >= 8 || data_.size() - position_ < 2) return false;
        const auto marker = static_cast<std::uint8_t>(data_[position_ + 1]);
        position_ += 2;
        bits_ = 0;
        count_ = missing_ = 0;
        return marker >= 0xd0 && marker <= 0xd7;
    }

private:
    void fill() {
        while (count_ <= 56) {
            const bool ends =
                position_ == data_.size() || (data_[position_] == std::byte{0xff} &&
                                              (position_ + 1 == data_.size() || data_[position_ + 1] != std::byte{0}));
            const auto byte = ends ? std::uint64_t{0} : static_cast<std::uint64_t>(data_[position_]);
            if (ends)
                missing_ += 8;
            else
                position_ += byte == 0xff ? 2 : 1;
            bits_ = bits_ << 8 | byte;
            count_ += 8;
        }
    }

    Bytes data_;
    std::size_t position_ = 0;
    std::uint64_t bits_ = 0;
    int count_ = 0;   // of the bits that are held
    int missing_ = 0; // of them, the last ones, that are not in the data
};

class BitWriter {
public:
    explicit BitWriter(std::vector<std::byte>& into) : into_(into) {}

    // At most 32 bits.
    void put(std::uint32_t bits, int count) {
        bits_ = bits_ << count | bits;
        count_ += count;
        while (count_ >= 8) {
            count_ -= 8;
            const auto byte = static_cast<std::byte>(bits_ >> count_);
            into_.push_back(byte);
            if (byte == std::byte{0xff}) into_.push_back(std::byte{0});
        }
    }
    // Fills the last byte with ones.
    void finish() {
        if (count_ > 0) put((1U << (8 - count_)) - 1, 8 - count_);
    }

private:
    std::vector<std::byte>& into_;
    std::uint64_t bits_ = 0;
    int count_ = 0;
};

} // namespace thumbnailer
