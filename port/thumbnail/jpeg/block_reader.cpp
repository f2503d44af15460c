#include "thumbnail/jpeg/block_reader.h"

#include <algorithm>
#include <array>

#include "thumbnail/jpeg/zigzag.h"

namespace thumbnailer {

namespace {

constexpr int kLookupsHeld = 56 / CodeTable::kBits; // in the bits of a refilled reader
constexpr std::size_t kDamage = kCoefficients + 1;  // a place that is in no block

// The place of each coefficient in the block, by its number in zigzag order. Numbers from 64 on are those of no
// coefficient: they map to the DC coefficient of the next block, which is written later.
constexpr auto kPlaces = [] {
    std::array<std::uint8_t, 256> places{};
    places.fill(kCoefficients);
    std::copy(kZigzag.begin(), kZigzag.end(), places.begin());
    return places;
}();

// The number of the next coefficient after the one code that comes next; kCoefficients or kEnd at the end of the block.
inline std::size_t read_one(BitReader& bits, const BlockCodes& codes, std::int16_t* block, std::size_t number) {
    bits.fill();
    const bool is_dc = number == 0;
    const HuffmanSymbol symbol = (is_dc ? codes.single_dc() : codes.single_ac())[bits.held(32)];
    if (symbol.length == 0) return kDamage;
    const auto value = static_cast<std::int16_t>(huffman_value(bits.held(32), symbol));
    bits.skip(symbol.total);
    if (is_dc) {
        block[0] = value;
        return 1;
    }
    if (symbol.is_end_of_block()) return CodeTable::kEnd;
    number += symbol.run;
    if (codes.keeps_ac() && symbol.size != 0) block[kPlaces[number]] = value;
    return std::min(number + 1, kDamage);
}

} // namespace

bool BlockReader::read(std::span<std::int16_t> blocks) {
    BitReader bits = bits_; // a copy may stay in registers
    std::int16_t* block = blocks.data();
    std::int16_t* const end = block + blocks.size();
    const BlockCodes* const* codes = mcu_.data();
    const CodeTable* table = &(*codes)->dc();
    std::size_t number = 0; // of the next coefficient
    while (block != end) {
        bits.fill();
        for (int left = kLookupsHeld; left > 0; --left) {
            const std::uint32_t next = bits.held(CodeTable::kBits);
            std::size_t behind = number + table->advance(next);
            // One code at a time where nothing is decoded, and where not the last of several codes fills the block: a
            // full block has no end, so the bits after its last coefficient belong to the next block.
            if ((behind & kCoefficients) != 0) [[unlikely]] {
                behind = read_one(bits, **codes, block, number);
                if (behind == kDamage) return false;
                left = 1; // the bits may be used up
            } else {
                const CodeTable::Values values = table->values(next);
                block[kPlaces[number + values.first_place]] = values.first;
                block[kPlaces[number + values.second_place]] = values.second;
                bits.skip(table->total(next));
            }
            if (behind < kCoefficients) {
                number = behind;
                table = &(*codes)->ac();
                continue;
            }
            number = 0;
            block += kCoefficients;
            if (++codes == mcu_.data() + mcu_.size()) codes = mcu_.data();
            table = &(*codes)->dc();
            if (block == end) break;
        }
    }
    bits_ = bits;
    return !bits_.overrun();
}

} // namespace thumbnailer
