// Decodes the blocks of a baseline JPEG in place of libjpeg's own entropy decoder, which looks up one code at a time.
// It is installed through jpegint.h, libjpeg's interface between its own modules.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>

#include <jpeglib.h>

#include "thumbnail/jpeg/bit_stream.h"
#include "thumbnail/jpeg/huffman.h"

namespace thumbnailer {

// The AC codes of a block. Most codes are so short that one lookup decodes two of them.
class AcTable {
public:
    AcTable(Bytes counts, Bytes symbols);

    // Reads the AC coefficients of a block, and writes them if kKept. False if a code is unknown or the block has more
    // than 63. Inlined, so that the bits stay in registers.
    template <bool kKept>
    [[gnu::always_inline]] bool read(BitReader& bits, JCOEF* block) const;

private:
    // One or two symbols with their values, in one word.
    class Pair {
    public:
        Pair() = default;
        Pair(int total, std::size_t advance, std::size_t place, int value)
            : word_(at(total, 0) | at(advance, 8) | at(place, 16) | at(kNoPlace, 24) | at(value & 0xffff, 32)) {}
        // Joins two pairs with one symbol each.
        Pair followed_by(Pair next) const {
            const std::size_t second = next.first() == kNoPlace ? kNoPlace : advance() + next.first();
            return Pair(at(total() + next.total(), 0) | at(advance() + next.advance(), 8) | at(first(), 16) |
                        at(second, 24) | at(first_value() & 0xffff, 32) | at(next.first_value() & 0xffff, 48));
        }

        // The number of bits; 0: no symbol fits, or it is ZRL (sixteen zero coefficients).
        int total() const { return static_cast<std::uint8_t>(word_); }
        // The distance to the next coefficient; at least kEnd at the end of the block.
        std::size_t advance() const { return static_cast<std::uint8_t>(word_ >> 8); }
        // The distance to each value; kNoPlace without a value.
        std::size_t first() const { return static_cast<std::uint8_t>(word_ >> 16); }
        std::size_t second() const { return static_cast<std::uint8_t>(word_ >> 24); }
        JCOEF first_value() const { return static_cast<JCOEF>(word_ >> 32); }
        JCOEF second_value() const { return static_cast<JCOEF>(word_ >> 48); }

    private:
        explicit Pair(std::uint64_t word) : word_(word) {}
        template <typename Value>
        static std::uint64_t at(Value value, int bit) {
            return static_cast<std::uint64_t>(value) << bit;
        }
        std::uint64_t word_ = 0;
    };
    static constexpr int kPairBits = 12;
    static constexpr int kPairsHeld = 4; // number of pairs in the bits of a refilled reader
    static constexpr std::size_t kFull = DCTSIZE2;
    static constexpr std::size_t kEnd = 2 * kFull;
    static constexpr std::size_t kNoPlace = kEnd + 32;
    static constexpr std::size_t kMaxAdvance = 16; // of one symbol: 15 zeros and a value
    static_assert(kEnd + kMaxAdvance <= 0xff && kNoPlace <= 0xff, "a pair has 8 bits for each");
    static_assert(kFull - 1 + 2 * kMaxAdvance < kEnd, "only the end of a block leads as far as kEnd");
    static_assert(1 + kNoPlace - (kFull - 1) >= kFull,
                  "no place is never taken for the last one, or for one behind it");

    Pair single(std::uint32_t bits) const;
    template <bool kKept>
    [[gnu::always_inline]] std::size_t read_one(BitReader& bits, JCOEF* block, std::size_t place) const;

    HuffmanTable table_;
    std::array<Pair, 1 << kPairBits> pairs_;
};

class McuDecoder {
public:
    // Takes over the decoding of `jpeg`, which must have been started. libjpeg still decodes progressive files and
    // those with a scan for each component.
    void attach(jpeg_decompress_struct& jpeg);

private:
    // The tables of one block of an MCU.
    struct BlockTables {
        const HuffmanTable* dc = nullptr;
        const AcTable* ac = nullptr;
        int component = 0;
        bool is_dc_enough = false;
    };
    static ::boolean decode_mcu(j_decompress_ptr jpeg, JBLOCKROW* blocks);
    void add_blocks(const jpeg_decompress_struct& jpeg);
    bool begin_mcu();
    bool read(JBLOCKROW* blocks);
    [[gnu::always_inline]] bool read_dc(const BlockTables& tables, BitReader& bits, JCOEF& dc);

    std::array<std::unique_ptr<HuffmanTable>, NUM_HUFF_TBLS> dc_tables_;
    std::array<std::unique_ptr<AcTable>, NUM_HUFF_TBLS> ac_tables_;
    std::array<BlockTables, D_MAX_BLOCKS_IN_MCU> blocks_;
    std::size_t count_ = 0;
    std::array<int, MAX_COMPS_IN_SCAN> predictors_{};
    unsigned restart_interval_ = 0; // MCUs between two restart markers; 0: there are none
    unsigned mcus_since_restart_ = 0;
    unsigned next_restart_ = 0;
    BitReader bits_{{}};
};

} // namespace thumbnailer
