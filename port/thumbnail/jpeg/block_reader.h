// Reads the blocks of a baseline scan, as many MCUs at a time as the caller has room for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thumbnail/jpeg/bit_stream.h"
#include "thumbnail/jpeg/block_codes.h"

namespace thumbnailer {

class BlockReader {
public:
    explicit BlockReader(Bytes data) : bits_(data) {}

    // The next blocks of an MCU have these codes, which outlive the reader.
    void add_blocks(const BlockCodes& codes, std::size_t count) {
        mcu_.insert(mcu_.end(), count, &codes);
        keeps_all_ = keeps_all_ && codes.keeps_ac();
    }
    std::size_t blocks_in_mcu() const { return mcu_.size(); }

    // The coefficients of whole MCUs, row by row within each block; the first of a block is the difference to the DC
    // coefficient of the block of its component before it. `blocks` is all zeros and has room for one more block, of
    // which the first coefficient may change. False if a code is unknown, a block has too many coefficients, or the
    // data ends.
    bool read(std::span<std::int16_t> blocks);

    // Skips the next restart marker, which must have this number modulo eight.
    bool restart(unsigned number) { return bits_.restart(number); }

private:
    BitReader bits_;
    std::vector<const BlockCodes*> mcu_; // of the blocks of an MCU
    bool keeps_all_ = true;              // coefficients
};

} // namespace thumbnailer
