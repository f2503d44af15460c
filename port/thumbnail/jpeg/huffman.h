// Huffman codes of JPEG (ITU-T T.81, annex C and F.2.2): a code means a run of zero coefficients and the number of bits
// after the code, which contain the value of the next coefficient.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "thumbnail/jpeg/bit_stream.h"

namespace thumbnailer {

struct HuffmanSymbol {
    std::uint8_t length = 0; // of the code, in bits; 0: there is no such code
    std::uint8_t total = 0;  // of the code and the value, in bits
    std::uint8_t size = 0;   // of the value, in bits
    std::uint8_t run = 0;

    // EOB: it has no value, and it is not ZRL, a run of sixteen zeros.
    bool is_end_of_block() const { return size == 0 && run != 15; }
};

class HuffmanTable {
public:
    // `counts`: the number of codes of 1 to 16 bits; `symbols`: at most 256. Codes that do not fit are ignored.
    HuffmanTable(Bytes counts, Bytes symbols);

    // The symbol at the start of the next 32 bits.
    HuffmanSymbol operator[](std::uint32_t bits) const {
        const HuffmanSymbol symbol = short_[bits >> (32 - kShort)];
        return symbol.length != 0 ? symbol : long_symbol(bits);
    }

private:
    static constexpr int kShort = 10;
    static constexpr std::size_t kLongest = 16;

    HuffmanSymbol long_symbol(std::uint32_t bits) const;

    std::array<HuffmanSymbol, 1 << kShort> short_{};
    // For each code length n. limits_[n]: 32 bits are less than this if they begin with a code of at most n bits.
    // offsets_[n]: a code of n bits plus this offset is the index of its symbol.
    std::array<std::uint64_t, kLongest + 1> limits_{};
    std::array<std::int64_t, kLongest + 1> offsets_{};
    std::array<std::uint8_t, 256> symbols_{};
};

// The value after the code in 32 bits (T.81, F.2.2.1, EXTEND). If its first bit is 0 it is negative, and its bits are
// the inverted bits of the magnitude. The code has no branch, because the branch could not be predicted.
inline std::int32_t huffman_value(std::uint32_t bits, HuffmanSymbol symbol) {
    const std::uint32_t behind = bits << symbol.length;
    const std::uint32_t turn = ~static_cast<std::uint32_t>(static_cast<std::int32_t>(behind) >> 31);
    const std::uint32_t magnitude = (behind ^ turn) >> 1 >> (31 - symbol.size);
    return static_cast<std::int32_t>((magnitude ^ turn) - turn);
}

} // namespace thumbnailer
