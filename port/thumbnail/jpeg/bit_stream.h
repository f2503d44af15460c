// Reads and writes the bits of entropy-coded JPEG data, where a zero byte is stuffed after each 0xff (ITU-T T.81,
// F.1.2.3).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

class BitReader {
public:
    explicit BitReader(Bytes data) : next_(data.data()), end_(next_ + data.size()) {}

    // Refills to at least 56 bits; after the end of the data it adds zeros.
    void fill() {
        std::uint64_t word = 0;
        if (end_ - next_ >= std::ptrdiff_t{sizeof word}) [[likely]] {
            std::memcpy(&word, next_, sizeof word);
            if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
            if (!has_marker_byte(word)) [[likely]] {
                bits_ |= word >> count_;
                next_ += static_cast<unsigned>(63 - count_) / 8;
                count_ |= 56;
                return;
            }
        }
        *this = filled_by_byte(*this);
    }
    // The next `count` held bits, 1 to 32.
    std::uint32_t held(int count) const { return static_cast<std::uint32_t>(bits_ >> (64 - count)); }
    // `count` is at most the number of held bits.
    void skip(int count) {
        bits_ <<= count;
        count_ -= count;
    }
    // 1 to 32 bits.
    std::uint32_t take(int count) {
        if (count_ < count) fill();
        const std::uint32_t bits = held(count);
        skip(count);
        return bits;
    }
    // Whether more bits were read than the data has.
    bool overrun() const { return count_ < missing_; }
    // Skips the next restart marker, which must have this number modulo eight.
    bool restart(unsigned number) {
        if (overrun() || count_ - missing_ >= 8 || end_ - next_ < 2) return false;
        const bool is_next = next_[0] == std::byte{0xff} && next_[1] == static_cast<std::byte>(0xd0 + number % 8);
        next_ += 2;
        bits_ = 0;
        count_ = missing_ = 0;
        return is_next;
    }

private:
    // Whether a byte of the word is 0xff, which is a zero byte of the inverted word.
    static bool has_marker_byte(std::uint64_t word) {
        constexpr std::uint64_t kOnes = 0x0101010101010101;
        constexpr std::uint64_t kHigh = 0x8080808080808080;
        return ((~word - kOnes) & word & kHigh) != 0;
    }

    // By value, so that the reader can stay in registers.
    [[gnu::noinline]] static BitReader filled_by_byte(BitReader reader) {
        while (reader.count_ < 56) reader.add_byte();
        return reader;
    }

    void add_byte() {
        const bool is_stuffed = end_ - next_ >= 2 && next_[1] == std::byte{0};
        if (next_ == end_ || (*next_ == std::byte{0xff} && !is_stuffed)) {
            missing_ += 8;
        } else {
            bits_ |= static_cast<std::uint64_t>(*next_) << (56 - count_);
            next_ += *next_ == std::byte{0xff} ? 2 : 1;
        }
        count_ += 8;
    }

    const std::byte* next_;
    const std::byte* end_;
    std::uint64_t bits_ = 0; // held bits, from the highest; the lower bits are the next ones of the data, or zeros
    int count_ = 0;          // number of held bits
    int missing_ = 0;        // number of held bits after the end of the data
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
