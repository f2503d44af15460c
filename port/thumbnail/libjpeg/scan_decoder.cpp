#include "thumbnail/libjpeg/scan_decoder.h"

#include <algorithm>
#include <span>

#include "thumbnail/libjpeg/libjpeg_compat.h"

extern "C" {
#include <jpegint.h>
}

namespace thumbnailer {

namespace {

HuffmanTable table_of(const JHUFF_TBL& table) {
    return HuffmanTable(std::as_bytes(std::span(table.bits).subspan(1)), std::as_bytes(std::span(table.huffval)));
}

Quantisers quantisers_of(const jpeg_component_info& component) {
    Quantisers made;
    std::ranges::transform(component.quant_table->quantval, made.begin(),
                           [](UINT16 value) { return static_cast<std::int16_t>(value); });
    return made;
}

// As jpeg_calc_output_dimensions() does it.
void scale_component(const jpeg_decompress_struct& jpeg, jpeg_component_info& component, int scale) {
    const auto samples = [&](JDIMENSION pixels, int factor, int most) {
        const JDIMENSION blocks_of_one = static_cast<JDIMENSION>(most) * DCTSIZE;
        return (pixels * static_cast<JDIMENSION>(factor * scale) + blocks_of_one - 1) / blocks_of_one;
    };
    set_scale(component, scale);
    component.downsampled_width = samples(jpeg.image_width, component.h_samp_factor, jpeg.max_h_samp_factor);
    component.downsampled_height = samples(jpeg.image_height, component.v_samp_factor, jpeg.max_v_samp_factor);
}

} // namespace

// libjpeg-turbo 3 and later decode lossless JPEG, which has no blocks, and then turn off raw data output.
bool can_decode_scan(const jpeg_decompress_struct& jpeg) {
    return !jpeg.inputctl->has_multiple_scans && jpeg.raw_data_out;
}

void halve_chroma(jpeg_decompress_struct& jpeg) {
    for (int index = 1; index < jpeg.num_components; ++index) {
        jpeg_component_info& chroma = jpeg.comp_info[index];
        const int across = jpeg.max_h_samp_factor / chroma.h_samp_factor;
        const int down = jpeg.max_v_samp_factor / chroma.v_samp_factor;
        const int wanted = std::max(1, scale_of(jpeg) * std::max(across, down) / 2);
        if (wanted < scale_of(chroma)) scale_component(jpeg, chroma, wanted);
    }
    jpeg.idct->start_pass(&jpeg);
}

ScanDecoder::ScanDecoder(jpeg_decompress_struct& jpeg)
    : jpeg_(jpeg), blocks_in_mcu_(static_cast<std::size_t>(jpeg.blocks_in_MCU)),
      reader_({reinterpret_cast<const std::byte*>(jpeg.src->next_input_byte), jpeg.src->bytes_in_buffer}),
      restart_interval_(jpeg.restart_interval) {
    for (int index = 0; index < jpeg.comps_in_scan; ++index) {
        jpeg_component_info& info = *jpeg.cur_comp_info[index];
        components_.push_back({&info, reader_.blocks_in_mcu(), quantisers_of(info), scaled_dct(scale_of(info))});
        reader_.add_blocks(codes_of(info), static_cast<std::size_t>(info.MCU_blocks));
    }
}

// libjpeg has checked already that the tables exist and are valid.
const BlockCodes& ScanDecoder::codes_of(const jpeg_component_info& component) {
    const bool keeps_ac = scale_of(component) > 1;
    const auto known = std::ranges::find_if(codes_, [&](const Codes& each) {
        return each.dc == component.dc_tbl_no && each.ac == component.ac_tbl_no && each.codes->keeps_ac() == keeps_ac;
    });
    if (known != codes_.end()) return *known->codes;
    codes_.push_back({component.dc_tbl_no, component.ac_tbl_no,
                      std::make_unique<BlockCodes>(table_of(*jpeg_.dc_huff_tbl_ptrs[component.dc_tbl_no]),
                                                   table_of(*jpeg_.ac_huff_tbl_ptrs[component.ac_tbl_no]), keeps_ac)});
    return *codes_.back().codes;
}

std::int32_t ScanDecoder::rows_read() const {
    const int blocks = jpeg_.comps_in_scan == 1 ? 1 : jpeg_.max_v_samp_factor;
    return static_cast<std::int32_t>(row_) * blocks * DCTSIZE;
}

bool ScanDecoder::read_row(std::vector<SourcePlane>& planes) {
    for (std::size_t mcu = 0; mcu < jpeg_.MCUs_per_row;) {
        if (!begin_mcus()) return false;
        const std::size_t count = count_from(mcu);
        const std::span blocks(blocks_.data(), count * blocks_in_mcu_ * kCoefficients);
        std::ranges::fill(blocks, std::int16_t{0});
        if (!reader_.read(blocks)) return false;
        for (Component& component : components_) {
            if (!add_predictions(component, count)) return false;
            transform(component, planes[static_cast<std::size_t>(component.info->component_index)].plane, mcu, count);
        }
        mcu += count;
        mcus_since_restart_ += count;
    }
    ++row_;
    return true;
}

bool ScanDecoder::begin_mcus() {
    if (restart_interval_ == 0 || mcus_since_restart_ < restart_interval_) return true;
    mcus_since_restart_ = 0;
    for (Component& component : components_) component.dc = 0;
    return reader_.restart(next_restart_++);
}

// Number of MCUs that are decoded together: to the end of the row and the next restart marker at most.
std::size_t ScanDecoder::count_from(std::size_t mcu) const {
    const std::size_t count = std::min<std::size_t>(kMcusAtOnce, jpeg_.MCUs_per_row - mcu);
    return restart_interval_ == 0 ? count : std::min(count, restart_interval_ - mcus_since_restart_);
}

bool ScanDecoder::add_predictions(Component& component, std::size_t count) {
    const auto blocks = static_cast<std::size_t>(component.info->MCU_blocks);
    for (std::size_t mcu = 0; mcu < count; ++mcu)
        for (std::size_t index = 0; index < blocks; ++index) {
            std::int16_t& dc = block(mcu, component.first_block + index)[0];
            component.dc += dc;
            dc = static_cast<std::int16_t>(component.dc);
            if (dc != component.dc) return false;
        }
    return true;
}

void ScanDecoder::transform(const Component& component, Plane& plane, std::size_t mcu, std::size_t count) {
    jpeg_component_info& info = *component.info;
    const auto inverse_dct = jpeg_.idct->inverse_DCT[info.component_index];
    const auto scale = static_cast<JDIMENSION>(scale_of(info));
    const auto width = static_cast<JDIMENSION>(info.MCU_width);
    const auto height = static_cast<JDIMENSION>(info.MCU_height);
    for (JDIMENSION y = 0; y < height; ++y) {
        const JDIMENSION row = row_ * height + y;
        if (row >= info.height_in_blocks) break; // the last MCUs are filled up with blocks outside of the image
        std::array<JSAMPROW, DCTSIZE> rows{};
        for (JDIMENSION line = 0; line < scale; ++line)
            rows[line] = plane.row(static_cast<std::int32_t>(row * scale + line));
        const JDIMENSION begin = static_cast<JDIMENSION>(mcu) * width;
        const JDIMENSION end = std::min(begin + static_cast<JDIMENSION>(count) * width, info.width_in_blocks);
        JDIMENSION column = begin;
        auto next_block = [&, index = std::size_t{0}, x = JDIMENSION{0}]() mutable {
            std::int16_t* const next = block(index, component.first_block + std::size_t{y} * width + x);
            if (++x == width) ++index, x = 0;
            return next;
        };
        for (; component.scaled_dct != nullptr && column + 2 <= end; column += 2) {
            const std::int16_t* const left = next_block();
            component.scaled_dct(left, next_block(), component.quantisers, rows.data(), std::size_t{column} * scale);
        }
        for (; column < end; ++column) inverse_dct(&jpeg_, &info, next_block(), rows.data(), column * scale);
    }
}

} // namespace thumbnailer
