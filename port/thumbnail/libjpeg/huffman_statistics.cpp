#include "thumbnail/libjpeg/huffman_statistics.h"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "thumbnail/jpeg/zigzag.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

extern "C" {
#include <jpegint.h>

// From libjpeg's jchuff.h, which is not installed.
void jpeg_gen_optimal_table(j_compress_ptr jpeg, JHUFF_TBL* table, long* counts);
}

namespace thumbnailer {

namespace {

constexpr std::size_t kSixteenZeros = 0xf0;

using RowMasks = std::array<std::array<std::uint64_t, 256>, DCTSIZE>;

// masks[row][set]: for a set of coefficients of a row of a block, a bit for each, the set of their zigzag numbers.
constexpr RowMasks row_masks() {
    RowMasks masks{};
    for (std::size_t number = 0; number < DCTSIZE2; ++number) {
        const std::size_t place = kZigzag[number];
        for (std::size_t set = 0; set < 256; ++set)
            if ((set >> place % DCTSIZE & 1) != 0) masks[place / DCTSIZE][set] |= std::uint64_t{1} << number;
    }
    return masks;
}
constexpr RowMasks kRowMasks = row_masks();

// The coefficients of a row that are not zero, a bit for each.
std::size_t set_of(const JCOEF* row) {
#ifdef __SSE2__
    const __m128i zeros = _mm_cmpeq_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row)), _mm_setzero_si128());
    return ~static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(zeros, zeros))) & 0xff;
#else
    std::size_t set = 0;
    for (std::size_t column = 0; column < DCTSIZE; ++column) set |= std::size_t{row[column] != 0} << column;
    return set;
#endif
}

std::size_t bits_of(int value) {
    return static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(std::abs(value))));
}

} // namespace

void HuffmanStatistics::attach(jpeg_compress_struct& jpeg) {
    if (jpeg.progressive_mode || !jpeg.optimize_coding) return;
    jpeg.client_data = this;
    jpeg.entropy->encode_mcu = &HuffmanStatistics::count_mcu;
    jpeg.entropy->finish_pass = &HuffmanStatistics::finish;
}

::boolean HuffmanStatistics::count_mcu(j_compress_ptr jpeg, JBLOCKROW* blocks) {
    HuffmanStatistics& self = *static_cast<HuffmanStatistics*>(jpeg->client_data);
    for (int index = 0; index < jpeg->blocks_in_MCU; ++index) {
        const int component = jpeg->MCU_membership[index];
        const jpeg_component_info& info = *jpeg->cur_comp_info[component];
        const JCOEF* block = *blocks[index];
        self.count_dc(block[0], self.predictors_[static_cast<std::size_t>(component)],
                      self.dc_counts_[static_cast<std::size_t>(info.dc_tbl_no)]);
        self.count_ac(block, self.ac_counts_[static_cast<std::size_t>(info.ac_tbl_no)]);
    }
    return TRUE;
}

void HuffmanStatistics::count_dc(int dc, int& predictor, Counts& counts) const {
    ++counts[bits_of(dc - predictor)];
    predictor = dc;
}

void HuffmanStatistics::count_ac(const JCOEF* block, Counts& counts) const {
    std::uint64_t left = 0;
    for (std::size_t row = 0; row < DCTSIZE; ++row) left |= kRowMasks[row][set_of(block + row * DCTSIZE)];
    left &= ~std::uint64_t{1};
    int before = 0;
    for (; left != 0; left &= left - 1) {
        const int number = std::countr_zero(left);
        int zeros = number - before - 1;
        for (; zeros > 15; zeros -= 16) ++counts[kSixteenZeros];
        const JCOEF value = block[kZigzag[static_cast<std::size_t>(number)]];
        ++counts[static_cast<std::size_t>(zeros) << 4 | bits_of(value)];
        before = number;
    }
    if (before != DCTSIZE2 - 1) ++counts[0];
}

// Called after the first pass over the blocks; libjpeg does the second pass, which writes them.
void HuffmanStatistics::finish(j_compress_ptr jpeg) {
    HuffmanStatistics& self = *static_cast<HuffmanStatistics*>(jpeg->client_data);
    const auto optimise = [&](JHUFF_TBL*& table, Counts& counts) {
        if (table == nullptr) table = jpeg_alloc_huff_table(reinterpret_cast<j_common_ptr>(jpeg));
        jpeg_gen_optimal_table(jpeg, table, counts.data());
    };
    std::array<bool, NUM_HUFF_TBLS> dc_done{};
    std::array<bool, NUM_HUFF_TBLS> ac_done{};
    for (int index = 0; index < jpeg->comps_in_scan; ++index) {
        const jpeg_component_info& info = *jpeg->cur_comp_info[index];
        const auto dc = static_cast<std::size_t>(info.dc_tbl_no);
        const auto ac = static_cast<std::size_t>(info.ac_tbl_no);
        if (!std::exchange(dc_done[dc], true)) optimise(jpeg->dc_huff_tbl_ptrs[dc], self.dc_counts_[dc]);
        if (!std::exchange(ac_done[ac], true)) optimise(jpeg->ac_huff_tbl_ptrs[ac], self.ac_counts_[ac]);
    }
}

} // namespace thumbnailer
