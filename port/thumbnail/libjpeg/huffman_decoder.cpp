#include "thumbnail/libjpeg/huffman_decoder.h"

#include <algorithm>
#include <span>

#include "thumbnail/jpeg/zigzag.h"
#include "thumbnail/libjpeg/libjpeg_compat.h"

extern "C" {
#include <jpegint.h>
}

namespace thumbnailer {

namespace {

// The index of each coefficient in the block, by its number in zigzag order. Numbers from 64 on map to the DC
// coefficient, which is written last and so overwrites them.
constexpr auto kPlaces = [] {
    std::array<std::uint8_t, 4 * std::size_t{DCTSIZE2}> places{};
    std::copy(kZigzag.begin(), kZigzag.end(), places.begin());
    return places;
}();

template <typename Table>
const Table* table_of(std::unique_ptr<Table>& made, const JHUFF_TBL& table) {
    if (!made)
        made = std::make_unique<Table>(std::as_bytes(std::span(table.bits).subspan(1)),
                                       std::as_bytes(std::span(table.huffval)));
    return made.get();
}

} // namespace

AcTable::AcTable(Bytes counts, Bytes symbols) : table_(counts, symbols) {
    constexpr std::size_t kMask = (1U << kPairBits) - 1;
    std::array<Pair, 1 << kPairBits> singles;
    for (std::uint32_t bits = 0; bits < singles.size(); ++bits) singles[bits] = single(bits << (32 - kPairBits));
    for (std::size_t bits = 0; bits < singles.size(); ++bits) {
        const Pair first = singles[bits];
        const Pair second = singles[bits << first.total() & kMask];
        const bool fits = second.total() != 0 && first.total() + second.total() <= kPairBits;
        const bool goes_on = first.total() != 0 && first.advance() < kEnd;
        pairs_[bits] = fits && goes_on ? first.followed_by(second) : first;
    }
}

AcTable::Pair AcTable::single(std::uint32_t bits) const {
    const HuffmanSymbol symbol = table_[bits];
    if (symbol.length == 0 || symbol.total > kPairBits) return {};
    if (symbol.is_end_of_block()) return {symbol.total, kEnd, kNoPlace, 0};
    if (symbol.size == 0) return {};
    return {symbol.total, symbol.run + std::size_t{1}, symbol.run, huffman_value(bits, symbol)};
}

// The place behind the one symbol that comes next; 0 when there is none.
template <bool kKept>
inline std::size_t AcTable::read_one(BitReader& bits, JCOEF* block, std::size_t place) const {
    bits.fill();
    const HuffmanSymbol symbol = table_[bits.held(32)];
    if (symbol.length == 0) return 0;
    const int value = huffman_value(bits.held(32), symbol);
    bits.skip(symbol.total);
    if (symbol.is_end_of_block()) return kEnd;
    place += symbol.run;
    if (kKept && symbol.size != 0) block[kPlaces[place]] = static_cast<JCOEF>(value);
    return place + 1;
}

template <bool kKept>
inline bool AcTable::read(BitReader& bits, JCOEF* block) const {
    std::size_t place = 1;
    while (place != 0 && place < kFull) {
        bits.fill();
        for (int count = 0; count < kPairsHeld && place < kFull; ++count) {
            const Pair pair = pairs_[bits.held(kPairBits)];
            const std::size_t first = place + pair.first();
            // A full block has no EOB, so the bits after its last coefficient belong to the next block.
            const bool is_last = first - (kFull - 1) < kFull;
            if (pair.total() == 0 || is_last) [[unlikely]] {
                place = read_one<kKept>(bits, block, place);
                break;
            }
            if constexpr (kKept) {
                block[kPlaces[first]] = pair.first_value();
                block[kPlaces[place + pair.second()]] = pair.second_value();
            }
            bits.skip(pair.total());
            place += pair.advance();
        }
    }
    return place == kFull || place >= kEnd;
}

void McuDecoder::attach(jpeg_decompress_struct& jpeg) {
    // libjpeg-turbo 3 and later decode lossless JPEG, which has no blocks, and then turn off raw data output.
    if (jpeg.inputctl->has_multiple_scans || !jpeg.raw_data_out) return;
    add_blocks(jpeg);
    restart_interval_ = jpeg.restart_interval;
    bits_ = BitReader({reinterpret_cast<const std::byte*>(jpeg.src->next_input_byte), jpeg.src->bytes_in_buffer});
    jpeg.client_data = this;
    jpeg.entropy->decode_mcu = &McuDecoder::decode_mcu;
}

// libjpeg has checked already that the tables exist and are valid.
void McuDecoder::add_blocks(const jpeg_decompress_struct& jpeg) {
    count_ = static_cast<std::size_t>(jpeg.blocks_in_MCU);
    for (std::size_t index = 0; index < count_; ++index) {
        const int component = jpeg.MCU_membership[index];
        const jpeg_component_info& info = *jpeg.cur_comp_info[component];
        const auto table = [](int number) { return static_cast<std::size_t>(number); };
        blocks_[index] = {table_of(dc_tables_[table(info.dc_tbl_no)], *jpeg.dc_huff_tbl_ptrs[info.dc_tbl_no]),
                          table_of(ac_tables_[table(info.ac_tbl_no)], *jpeg.ac_huff_tbl_ptrs[info.ac_tbl_no]),
                          component, scale_of(info) == 1};
    }
}

// Damage is reported as an error of libjpeg, which makes JpegErrors::succeeds() return.
::boolean McuDecoder::decode_mcu(j_decompress_ptr jpeg, JBLOCKROW* blocks) {
    if (!static_cast<McuDecoder*>(jpeg->client_data)->read(blocks))
        jpeg->err->error_exit(reinterpret_cast<j_common_ptr>(jpeg));
    return TRUE;
}

bool McuDecoder::begin_mcu() {
    if (restart_interval_ != 0 && mcus_since_restart_ == restart_interval_) {
        mcus_since_restart_ = 0;
        predictors_.fill(0);
        if (!bits_.restart(next_restart_++)) return false;
    }
    ++mcus_since_restart_;
    return true;
}

inline bool McuDecoder::read_dc(const BlockTables& tables, BitReader& bits, JCOEF& dc) {
    bits.fill();
    const HuffmanSymbol symbol = (*tables.dc)[bits.held(32)];
    int& predictor = predictors_[static_cast<std::size_t>(tables.component)];
    predictor += huffman_value(bits.held(32), symbol);
    bits.skip(symbol.total);
    dc = static_cast<JCOEF>(predictor);
    return symbol.length != 0 && dc == predictor;
}

bool McuDecoder::read(JBLOCKROW* blocks) {
    if (!begin_mcu()) return false;
    BitReader bits = bits_; // a copy may stay in registers
    for (std::size_t index = 0; index < count_; ++index) {
        const BlockTables& tables = blocks_[index];
        JCOEF* block = *blocks[index];
        JCOEF dc = 0;
        if (!read_dc(tables, bits, dc)) return false;
        const AcTable& ac = *tables.ac;
        if (!(tables.is_dc_enough ? ac.read<false>(bits, block) : ac.read<true>(bits, block))) return false;
        block[0] = dc;
    }
    bits_ = bits;
    return !bits_.overrun();
}

} // namespace thumbnailer
