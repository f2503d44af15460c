// Decodes the scan of a baseline JPEG in place of libjpeg: with our own reader of blocks, and libjpeg's inverse DCT.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

#include <jpeglib.h>

#include "thumbnail/jpeg/block_reader.h"
#include "thumbnail/libjpeg/scaled_dct.h"
#include "thumbnail/pixels/source_planes.h"

namespace thumbnailer {

// libjpeg itself decodes progressive files and those with a scan for each component.
bool can_decode_scan(const jpeg_decompress_struct& jpeg);

// libjpeg scales chroma up to the size of luma where it can. Afterwards the scale of chroma is the smallest that
// leaves at least half of the samples of luma across and down, or 1. `jpeg` has been started; errors are libjpeg's.
void halve_chroma(jpeg_decompress_struct& jpeg);

class ScanDecoder {
public:
    // `jpeg` has been started, outlives the decoder, and reads nothing any more.
    explicit ScanDecoder(jpeg_decompress_struct& jpeg);

    // Decodes the next row of MCUs into the planes. False for damage, and then the decoder is of no more use.
    bool read_row(std::vector<SourcePlane>& planes);
    bool is_done() const { return row_ == jpeg_.MCU_rows_in_scan; }
    // Of the full-sized image.
    std::int32_t rows_read() const;

private:
    // One component of the scan.
    struct Component {
        jpeg_component_info* info = nullptr;
        std::size_t first_block = 0; // in an MCU
        Quantisers quantisers{};
        ScaledDct scaled_dct = nullptr; // null: libjpeg transforms its blocks
        int dc = 0;                     // of the block before
    };
    struct Codes {
        int dc = 0; // numbers of the tables
        int ac = 0;
        std::unique_ptr<BlockCodes> codes;
    };
    // So few that their coefficients stay in the first-level cache.
    static constexpr std::size_t kMcusAtOnce = 8;

    const BlockCodes& codes_of(const jpeg_component_info& component);
    bool begin_mcus();
    std::size_t count_from(std::size_t mcu) const;
    bool add_predictions(Component& component, std::size_t count);
    void transform(const Component& component, Plane& plane, std::size_t mcu, std::size_t count);
    std::int16_t* block(std::size_t mcu, std::size_t index) {
        return blocks_.data() + (mcu * blocks_in_mcu_ + index) * kCoefficients;
    }

    jpeg_decompress_struct& jpeg_;
    std::size_t blocks_in_mcu_;
    std::vector<Codes> codes_;
    std::vector<Component> components_;
    BlockReader reader_;
    JDIMENSION row_ = 0;
    std::size_t restart_interval_; // MCUs between two restart markers
    std::size_t mcus_since_restart_ = 0;
    unsigned next_restart_ = 0;
    // One block more than the reader fills; aligned for the vector instructions of the inverse DCT.
    alignas(32) std::array<std::int16_t, (kMcusAtOnce * D_MAX_BLOCKS_IN_MCU + 1) * kCoefficients> blocks_;
};

} // namespace thumbnailer
