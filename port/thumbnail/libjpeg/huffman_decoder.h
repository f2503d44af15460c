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

// The AC codes of a block. Most codes are so short that one lookup decodes two of them. What the next lookup waits for
// is apart from the values, and everything is small, so that the first-level cache holds the tables of a whole MCU.
class AcTable {
public:
    AcTable(Bytes counts, Bytes symbols);

    // Reads the AC coefficients of a block, and writes them if kKept. False if a code is unknown or the block has more
    // than 63. Inlined, so that the bits stay in registers.
    template <bool kKept>
    [[gnu::always_inline]] bool read(BitReader& bits, JCOEF* block) const;

private:
    static constexpr int kBits = 11;       // of a lookup
    static constexpr int kLookupsHeld = 5; // number of lookups in the bits of a refilled reader
    static constexpr int kLookupsAfterDc = 2;
    static constexpr std::size_t kFull = DCTSIZE2;
    static constexpr std::size_t kEnd = 2 * kFull;
    static constexpr std::size_t kNoPlace = kEnd;
    static constexpr std::size_t kMaxAdvance = 16; // of one symbol: 15 zeros and a value
    static_assert(kFull - 1 + 2 * kMaxAdvance < kEnd, "only the end of a block leads as far as kEnd");
    static_assert(kEnd + kMaxAdvance <= 0xff && kFull - 1 + kNoPlace <= 0xff, "eight bits are enough for each");

    // The values of one or two symbols.
    struct Values {
        std::uint8_t first_place = kNoPlace; // the distance to the value; kNoPlace without a value
        std::uint8_t second_place = kNoPlace;
        std::int8_t first = 0;
        std::int8_t second = 0;
    };
    // What one lookup decodes.
    struct Entry {
        std::uint8_t total = 0;       // bits
        std::uint8_t advance = kFull; // the distance to the next coefficient; at least kEnd at the end of the block;
                                      // kFull: nothing is decoded
        Values values;

        bool is_empty() const { return total == 0; }
        bool is_end() const { return advance >= kEnd; }
        Entry followed_by(const Entry& next) const;
    };

    Entry single(std::uint32_t bits) const;
    template <bool kKept>
    [[gnu::always_inline]] std::size_t read_one(BitReader& bits, JCOEF* block, std::size_t place) const;

    template <typename Field>
    using Lookup = std::array<Field, 1 << kBits>;

    HuffmanTable table_;
    Lookup<std::uint8_t> totals_;
    Lookup<std::uint8_t> advances_;
    Lookup<Values> values_;
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
