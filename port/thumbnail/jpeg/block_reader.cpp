#include "thumbnail/jpeg/block_reader.h"

#include <algorithm>
#include <array>

#include "thumbnail/jpeg/zigzag.h"

namespace thumbnailer {

namespace {

constexpr int kLookupsHeld = 56 / CodeTable::kBits; // in the bits of a refilled reader
constexpr int kSkipsHeld = 56 / SkipTable::kBits;
constexpr int kSkipsAfterDc = 2;                   // in the bits that are left after the longest DC code with its value
constexpr std::size_t kDamage = kCoefficients + 1; // a number that no coefficient has
static_assert(kSkipsAfterDc * SkipTable::kBits <= 56 - 16 - 15);

// The place of each coefficient in the block, by its number in zigzag order. Numbers from 64 on are those of no
// coefficient: they map to the DC coefficient of the next block, which is written later.
constexpr auto kPlaces = [] {
    std::array<std::uint8_t, 256> places{};
    places.fill(kCoefficients);
    std::copy(kZigzag.begin(), kZigzag.end(), places.begin());
    return places;
}();

// The codes of one block after the other, MCU by MCU.
class McuCodes {
public:
    explicit McuCodes(std::span<const BlockCodes* const> mcu) : mcu_(mcu) {}
    const BlockCodes& operator*() const { return *mcu_[index_]; }
    const BlockCodes* operator->() const { return mcu_[index_]; }
    McuCodes& operator++() {
        if (++index_ == mcu_.size()) index_ = 0;
        return *this;
    }

private:
    std::span<const BlockCodes* const> mcu_;
    std::size_t index_ = 0;
};

// The number of the next coefficient after the one code that comes next; kCoefficients or kEnd at the end of the block,
// kDamage if there is no such code or coefficient.
[[gnu::always_inline]] inline std::size_t read_one(BitReader& bits, const BlockCodes& codes, std::int16_t* block,
                                                   std::size_t number) {
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
    if (symbol.size != 0) block[kPlaces[number]] = value;
    return std::min(number + 1, kDamage);
}

// Reads all coefficients of the blocks up to `end`.
[[gnu::always_inline]] inline bool read_blocks(BitReader& bits, McuCodes& codes, std::int16_t* block,
                                               const std::int16_t* end) {
    const CodeTable* table = &codes->dc();
    std::size_t number = 0; // of the next coefficient
    while (block != end) {
        bits.fill();
        for (int left = kLookupsHeld; left > 0; --left) {
            const std::uint32_t next = bits.held(CodeTable::kBits);
            std::size_t behind = number + table->advance(next);
            // One code at a time where nothing is decoded, and where not the last of several codes fills the block: a
            // full block has no end, so the bits after its last coefficient belong to the next block.
            if ((behind & kCoefficients) != 0) [[unlikely]] {
                behind = read_one(bits, *codes, block, number);
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
                table = &codes->ac();
                continue;
            }
            number = 0;
            block += kCoefficients;
            ++codes;
            if (block == end) break;
            table = &codes->dc();
        }
    }
    return true;
}

// The number of the next coefficient after the one AC code that comes next, as read_one() gives it.
[[gnu::always_inline]] inline std::size_t skip_one(BitReader& bits, const HuffmanTable& ac, std::size_t number) {
    bits.fill();
    const HuffmanSymbol symbol = ac[bits.held(32)];
    if (symbol.length == 0) return kDamage;
    bits.skip(symbol.total);
    return symbol.is_end_of_block() ? CodeTable::kEnd : std::min(number + symbol.run + 1, kDamage);
}

// Reads the DC coefficient of a block.
[[gnu::always_inline]] inline bool read_dc(BitReader& bits, McuCodes& next_codes, std::int16_t* block) {
    const BlockCodes& codes = *next_codes;
    ++next_codes;
    std::size_t number = read_one(bits, codes, block, 0);
    for (int left = kSkipsAfterDc; number < kCoefficients; left = kSkipsHeld) {
        for (; left > 0; --left) {
            const std::uint32_t next = bits.held(SkipTable::kBits);
            const std::size_t behind = number + codes.skip().advance(next);
            if ((behind & kCoefficients) != 0) [[unlikely]] {
                number = skip_one(bits, codes.single_ac(), number);
                break;
            }
            bits.skip(codes.skip().total(next));
            number = behind;
            if (number >= CodeTable::kEnd) return true;
        }
        bits.fill();
    }
    return number != kDamage;
}

} // namespace

bool BlockReader::read(std::span<std::int16_t> blocks) {
    BitReader bits = bits_; // a copy may stay in registers
    McuCodes codes(mcu_);
    std::int16_t* block = blocks.data();
    std::int16_t* const end = block + blocks.size();
    if (keeps_all_) {
        if (!read_blocks(bits, codes, block, end)) return false;
    } else {
        for (; block != end; block += kCoefficients) {
            const std::int16_t* const next = block + kCoefficients;
            if (codes->keeps_ac() ? !read_blocks(bits, codes, block, next) : !read_dc(bits, codes, block)) return false;
        }
    }
    bits_ = bits;
    return !bits_.overrun();
}

} // namespace thumbnailer
