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
    constexpr std::size_t kMask = (1U << kBits) - 1;
    Lookup<Entry> singles;
    for (std::uint32_t bits = 0; bits < singles.size(); ++bits) singles[bits] = single(bits << (32 - kBits));
    for (std::size_t bits = 0; bits < singles.size(); ++bits) {
        const Entry& first = singles[bits];
        const Entry& second = singles[bits << first.total & kMask];
        const bool has_second = !first.is_empty() && !first.is_end() && !second.is_empty();
        const Entry entry = has_second && first.total + second.total <= kBits ? first.followed_by(second) : first;
        totals_[bits] = entry.total;
        advances_[bits] = entry.advance;
        values_[bits] = entry.values;
    }
}

// Joins two entries with one symbol each.
AcTable::Entry AcTable::Entry::followed_by(const Entry& next) const {
    const auto sum = [](std::uint8_t one, std::uint8_t other) { return static_cast<std::uint8_t>(one + other); };
    const bool has_value = next.values.first_place != kNoPlace;
    return {sum(total, next.total),
            sum(advance, next.advance),
            {values.first_place, has_value ? sum(advance, next.values.first_place) : values.second_place, values.first,
             next.values.first}};
}

AcTable::Entry AcTable::single(std::uint32_t bits) const {
    const HuffmanSymbol symbol = table_[bits];
    if (symbol.length == 0 || symbol.total > kBits) return {};
    if (symbol.is_end_of_block()) return {symbol.total, kEnd, {}};
    const auto advance = static_cast<std::uint8_t>(symbol.run + 1);
    if (symbol.size == 0) return {symbol.total, advance, {}};
    const int value = huffman_value(bits, symbol);
    const auto stored = static_cast<std::int8_t>(value);
    if (stored != value) return {};
    return {symbol.total, advance, {symbol.run, kNoPlace, stored, 0}};
}

// The place behind the one symbol that comes next; more than kEnd when there is none.
template <bool kKept>
inline std::size_t AcTable::read_one(BitReader& bits, JCOEF* block, std::size_t place) const {
    bits.fill();
    const HuffmanSymbol symbol = table_[bits.held(32)];
    if (symbol.length == 0) return kEnd + 1;
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
    for (int held = kLookupsAfterDc; place < kFull; held = kLookupsHeld) {
        for (; held > 0; --held) {
            const std::uint32_t next = bits.held(kBits);
            const std::size_t behind = place + advances_[next];
            // One symbol at a time where nothing is decoded, and where the first of two may have filled the block: a
            // full block has no EOB, so the bits after its last coefficient belong to the next block.
            if ((behind & kFull) != 0) [[unlikely]] {
                place = read_one<kKept>(bits, block, place);
                break;
            }
            if constexpr (kKept) {
                const Values values = values_[next];
                block[kPlaces[place + values.first_place]] = values.first;
                block[kPlaces[place + values.second_place]] = values.second;
            }
            bits.skip(totals_[next]);
            if (behind >= kEnd) return true;
            place = behind;
        }
        bits.fill();
    }
    return place == kFull || place == kEnd;
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
