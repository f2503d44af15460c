// Counts the Huffman symbols of a JPEG for optimal codes. It replaces libjpeg's own counter, which visits each of the
// 64 coefficients of a block. It is installed through jpegint.h, libjpeg's internal interface.
#pragma once

#include <array>
#include <cstdio>

#include <jpeglib.h>

namespace thumbnailer {

class HuffmanStatistics {
public:
    // Takes over the counting of `jpeg`, which must have been started. Does nothing for a progressive file or without
    // optimal codes.
    void attach(jpeg_compress_struct& jpeg);

private:
    // By symbol; libjpeg needs one more element.
    using Counts = std::array<long, 257>;

    static ::boolean count_mcu(j_compress_ptr jpeg, JBLOCKROW* blocks);
    static void finish(j_compress_ptr jpeg);
    void count_dc(int dc, int& predictor, Counts& counts) const;
    void count_ac(const JCOEF* block, Counts& counts) const;

    std::array<Counts, NUM_HUFF_TBLS> dc_counts_{};
    std::array<Counts, NUM_HUFF_TBLS> ac_counts_{};
    std::array<int, MAX_COMPS_IN_SCAN> predictors_{};
};

} // namespace thumbnailer
