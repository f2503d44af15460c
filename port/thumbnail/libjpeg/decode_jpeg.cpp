#include "thumbnail/libjpeg/decode_jpeg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "thumbnail/libjpeg/jpeg_errors.h"
#include "thumbnail/libjpeg/libjpeg_compat.h"
#include "thumbnail/libjpeg/scan_decoder.h"
#include "thumbnail/pixels/icc.h"

namespace thumbnailer {

namespace {

constexpr unsigned kLongestMarker = 0xffff;
constexpr std::size_t kMostPlanes = 3;
// Rows of samples in one component of one row of blocks: at most 4 blocks of 8.
constexpr std::size_t kMostRows = std::size_t{4} * DCTSIZE;

// RAII for a decoder. Each step returns false after an error or a warning of libjpeg.
class Decoder {
public:
    Decoder() { jpeg_.err = errors_.manager(); }
    ~Decoder() { jpeg_destroy_decompress(&jpeg_); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    bool open(Bytes source) {
        return errors_.succeeds([&] {
            jpeg_create_decompress(&jpeg_);
            jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(source.data()), source.size());
            jpeg_save_markers(&jpeg_, JPEG_APP0 + 2, kLongestMarker); // the ICC profile
            jpeg_read_header(&jpeg_, TRUE);
        });
    }

    bool has_planes() const {
        if (jpeg_.data_precision != 8 || jpeg_.arith_code) return false;
        if (jpeg_.jpeg_color_space == JCS_GRAYSCALE) return jpeg_.num_components == 1;
        if (jpeg_.jpeg_color_space != JCS_YCbCr || jpeg_.num_components != 3) return false;
        const jpeg_component_info& luma = jpeg_.comp_info[0];
        const jpeg_component_info& blue = jpeg_.comp_info[1];
        const jpeg_component_info& red = jpeg_.comp_info[2];
        return blue.h_samp_factor == red.h_samp_factor && blue.v_samp_factor == red.v_samp_factor &&
               luma.h_samp_factor % blue.h_samp_factor == 0 && luma.v_samp_factor % blue.v_samp_factor == 0;
    }

    // nullopt if its profile is damaged. Grey has a profile that matters only when it is one of grey, see
    // thumbnail/pixels/colour.cpp.
    std::optional<bool> is_in_srgb() {
        JOCTET* data = nullptr;
        unsigned size = 0;
        const bool sound = errors_.succeeds([&] { jpeg_read_icc_profile(&jpeg_, &data, &size); });
        const std::unique_ptr<JOCTET, decltype(&std::free)> owner(data, &std::free);
        if (!sound) return std::nullopt;
        if (data == nullptr) return true;
        const Bytes profile{reinterpret_cast<const std::byte*>(data), size};
        return jpeg_.num_components == 1 ? !is_grey_profile(profile) : is_srgb(profile);
    }

    bool start(std::int32_t shrink, bool halved_chroma) {
        const bool started = errors_.succeeds([&] {
            jpeg_.scale_num = 1;
            jpeg_.scale_denom = static_cast<unsigned>(shrink);
            jpeg_.raw_data_out = TRUE;
            jpeg_.out_color_space = jpeg_.jpeg_color_space;
            jpeg_start_decompress(&jpeg_);
            if (halved_chroma && can_decode_scan(jpeg_)) halve_chroma(jpeg_);
        });
        if (started && can_decode_scan(jpeg_)) scan_.emplace(jpeg_);
        return started;
    }

    std::vector<SourcePlane> planes() const {
        std::vector<SourcePlane> planes;
        for (int index = 0; index < jpeg_.num_components; ++index) {
            const jpeg_component_info& component = jpeg_.comp_info[index];
            const auto samples_for = [&](int factor, int most) {
                return static_cast<double>(factor * scale_of(component)) / (most * DCTSIZE);
            };
            planes.push_back({Plane({static_cast<std::int32_t>(component.downsampled_width),
                                     static_cast<std::int32_t>(component.downsampled_height)}),
                              samples_for(component.h_samp_factor, jpeg_.max_h_samp_factor),
                              samples_for(component.v_samp_factor, jpeg_.max_v_samp_factor), 0, 0});
        }
        return planes;
    }

    bool read(std::vector<SourcePlane>& planes, std::int32_t rows) {
        while (!is_done() && rows_read() < rows)
            if (!(scan_ ? scan_->read_row(planes) : read_blocks(planes))) return false;
        return true;
    }

    // Of the full-sized image.
    std::int32_t rows_read() const {
        return scan_ ? scan_->rows_read() : static_cast<std::int32_t>(jpeg_.output_scanline * jpeg_.scale_denom);
    }

private:
    bool is_done() const { return scan_ ? scan_->is_done() : jpeg_.output_scanline >= jpeg_.output_height; }

    // One row of blocks of all components.
    bool read_blocks(std::vector<SourcePlane>& planes) {
        std::array<std::array<JSAMPROW, kMostRows>, kMostPlanes> rows;
        std::array<JSAMPARRAY, kMostPlanes> components;
        for (std::size_t index = 0; index < planes.size(); ++index) {
            const jpeg_component_info& component = jpeg_.comp_info[index];
            const int count = component.v_samp_factor * scale_of(component);
            const int begin = static_cast<int>(jpeg_.output_iMCU_row) * count;
            Plane& plane = planes[index].plane;
            // Rows below the last block are not written.
            const int last = static_cast<int>(component.height_in_blocks) * scale_of(component) - 1;
            for (int row = 0; row < count; ++row)
                rows[index][static_cast<std::size_t>(row)] = plane.row(std::min(begin + row, last));
            components[index] = rows[index].data();
        }
        JDIMENSION read = 0;
        const auto most = static_cast<JDIMENSION>(jpeg_.max_v_samp_factor * scale_of(jpeg_));
        const bool sound = errors_.succeeds([&] { read = jpeg_read_raw_data(&jpeg_, components.data(), most); });
        return sound && read != 0;
    }

    JpegErrors errors_;
    jpeg_decompress_struct jpeg_{};
    std::optional<ScanDecoder> scan_; // libjpeg decodes the planes where there is none
};

// Removes the rows that were not decoded.
void cut(std::vector<SourcePlane>& planes, std::int32_t rows) {
    for (SourcePlane& each : planes)
        each.plane.cut(std::min(each.plane.size().height, static_cast<std::int32_t>(std::floor(rows * each.y_scale))));
}

} // namespace

std::optional<SourcePlanes> decode_jpeg(Bytes source, const JpegWanted& wanted) {
    Decoder decoder;
    if (!decoder.open(source) || !decoder.has_planes()) return std::nullopt;
    const auto srgb = decoder.is_in_srgb();
    if (!srgb || !decoder.start(wanted.shrink, wanted.halved_chroma && *srgb)) return std::nullopt;
    SourcePlanes decoded{decoder.planes(), SampleRange::full, *srgb};
    if (!decoder.read(decoded.planes, wanted.rows)) return std::nullopt;
    cut(decoded.planes, decoder.rows_read());
    return decoded;
}

} // namespace thumbnailer
