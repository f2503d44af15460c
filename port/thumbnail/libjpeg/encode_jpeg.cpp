#include "thumbnail/libjpeg/encode_jpeg.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "thumbnail/libjpeg/huffman_statistics.h"
#include "thumbnail/libjpeg/jpeg_destination.h"
#include "thumbnail/libjpeg/jpeg_errors.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kMostPlanes = 3;
constexpr std::int32_t kMostRows = 2 * DCTSIZE;
// From this quality on libvips does not subsample chroma.
constexpr std::int32_t kFullColourQuality = 90;

class Encoder {
public:
    Encoder() { jpeg_.err = errors_.manager(); }
    ~Encoder() { jpeg_destroy_compress(&jpeg_); }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    bool start(Size size, int components, std::int32_t subsampling, const Output& output, std::int32_t quality) {
        return errors_.succeeds([&] {
            jpeg_create_compress(&jpeg_);
            jpeg_.dest = destination_.manager();
            jpeg_.image_width = static_cast<JDIMENSION>(size.width);
            jpeg_.image_height = static_cast<JDIMENSION>(size.height);
            jpeg_.input_components = components;
            jpeg_.in_color_space = components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
            jpeg_set_defaults(&jpeg_);
            jpeg_set_quality(&jpeg_, quality, TRUE);
            jpeg_.optimize_coding = output.optimise ? TRUE : FALSE;
            jpeg_.write_JFIF_header = FALSE;
            jpeg_.raw_data_in = TRUE;
            jpeg_.comp_info[0].h_samp_factor = jpeg_.comp_info[0].v_samp_factor = subsampling;
            if (output.progressive) jpeg_simple_progression(&jpeg_);
            jpeg_start_compress(&jpeg_, TRUE);
            statistics_.attach(jpeg_);
        });
    }

    bool write(std::vector<Plane>& planes) {
        while (jpeg_.next_scanline < jpeg_.image_height)
            if (!write_blocks(planes)) return false;
        return errors_.succeeds([&] { jpeg_finish_compress(&jpeg_); });
    }

    EncodedFile take() { return destination_.take(); }

private:
    // One row of blocks of all components. Below the last row of a plane it is repeated.
    bool write_blocks(std::vector<Plane>& planes) {
        std::array<std::array<JSAMPROW, kMostRows>, kMostPlanes> rows;
        std::array<JSAMPARRAY, kMostPlanes> components;
        const int block_row = static_cast<int>(jpeg_.next_scanline) / (jpeg_.max_v_samp_factor * DCTSIZE);
        for (std::size_t index = 0; index < planes.size(); ++index) {
            const int count = jpeg_.comp_info[index].v_samp_factor * DCTSIZE;
            const std::int32_t last = planes[index].size().height - 1;
            for (int row = 0; row < count; ++row)
                rows[index][static_cast<std::size_t>(row)] = planes[index].row(std::min(block_row * count + row, last));
            components[index] = rows[index].data();
        }
        JDIMENSION written = 0;
        const auto most = static_cast<JDIMENSION>(jpeg_.max_v_samp_factor * DCTSIZE);
        const bool sound = errors_.succeeds([&] { written = jpeg_write_raw_data(&jpeg_, components.data(), most); });
        return sound && written != 0;
    }

    JpegErrors errors_;
    JpegDestination destination_;
    HuffmanStatistics statistics_;
    jpeg_compress_struct jpeg_{};
};

// Fills the blocks beyond the right edge with the last column, which needs the fewest bytes.
void pad(Plane& plane) {
    const auto width = static_cast<std::size_t>(plane.size().width);
    for (std::int32_t y = 0; y < plane.size().height; ++y)
        std::memset(plane.row(y) + width, plane.row(y)[width - 1], plane.stride() - width);
}

} // namespace

std::int32_t subsampling_of(const Output& output, std::int32_t quality) {
    if (output.subsampling == Subsampling::automatic) return quality < kFullColourQuality ? 2 : 1;
    return output.subsampling == Subsampling::halved ? 2 : 1;
}

std::optional<EncodedFile> encode_jpeg(std::vector<Plane>& planes, Size size, std::int32_t subsampling,
                                       const Output& output, std::int32_t quality) {
    for (Plane& plane : planes) pad(plane);
    Encoder encoder;
    if (!encoder.start(size, static_cast<int>(planes.size()), subsampling, output, quality)) return std::nullopt;
    if (!encoder.write(planes)) return std::nullopt;
    return encoder.take();
}

} // namespace thumbnailer
