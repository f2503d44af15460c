#include "thumbnail/libjpeg/scan_decoder.h"

#include <doctest/doctest.h>

#include <limits>
#include <memory>

#include "support/jpeg_of.h"
#include "support/make.h"
#include "thumbnail/libjpeg/decode_jpeg.h"
#include "thumbnail/libjpeg/libjpeg_compat.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

// Slopes, edges and grain: blocks with one coefficient, with some and with all.
VImage picture(int width, int height) {
    const VImage places = VImage::xyz(width, height);
    const VImage grain = VImage::gaussnoise(width, height, VImage::option()->set("sigma", 60)->set("seed", 9)) - 128;
    const VImage edges = (places.extract_band(0) % 37 > 18).ifthenelse(90, 0);
    const VImage ramp = places.extract_band(1) * (200.0 / height);
    return VImage::bandjoin(
               std::vector<VImage>{ramp + edges, ramp + grain * (places.extract_band(0) > width / 2), edges + 60})
        .cast(VIPS_FORMAT_UCHAR)
        .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

void append_samples(std::string& into, const Plane& plane) {
    for (std::int32_t row = 0; row < plane.size().height; ++row)
        into.append(reinterpret_cast<const char*>(plane.row(row)), static_cast<std::size_t>(plane.size().width));
}

// All samples of all planes, decoded `shrink` times smaller; empty after damage.
std::string samples(const std::string& file, std::int32_t shrink) {
    std::string made;
    if (const auto decoded = decode_jpeg(bytes_of(file), {.shrink = shrink}))
        for (const SourcePlane& each : decoded->planes) append_samples(made, each.plane);
    return made;
}

// The same by libjpeg alone.
std::string samples_of_libjpeg(const std::string& file, std::int32_t shrink) {
    jpeg_decompress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    jpeg_read_header(&jpeg, TRUE);
    jpeg.scale_denom = static_cast<unsigned>(shrink);
    jpeg.raw_data_out = TRUE;
    jpeg.out_color_space = jpeg.jpeg_color_space;
    jpeg_start_decompress(&jpeg);
    std::vector<Plane> planes;
    for (int index = 0; index < jpeg.num_components; ++index) {
        const jpeg_component_info& info = jpeg.comp_info[index];
        planes.emplace_back(
            Size{static_cast<std::int32_t>(info.downsampled_width),
                 static_cast<std::int32_t>(jpeg.total_iMCU_rows) * info.v_samp_factor * scale_of(info)});
    }
    while (jpeg.output_scanline < jpeg.output_height) {
        std::vector<std::vector<JSAMPROW>> rows(planes.size());
        std::vector<JSAMPARRAY> components;
        for (std::size_t index = 0; index < planes.size(); ++index) {
            const int height = jpeg.comp_info[index].v_samp_factor * scale_of(jpeg.comp_info[index]);
            const int first = static_cast<int>(jpeg.output_iMCU_row) * height;
            for (int row = first; row < first + height; ++row) rows[index].push_back(planes[index].row(row));
            components.push_back(rows[index].data());
        }
        jpeg_read_raw_data(&jpeg, components.data(), static_cast<JDIMENSION>(jpeg.max_v_samp_factor * scale_of(jpeg)));
    }
    std::string made;
    for (std::size_t index = 0; index < planes.size(); ++index) {
        planes[index].cut(static_cast<std::int32_t>(jpeg.comp_info[index].downsampled_height));
        append_samples(made, planes[index]);
    }
    jpeg_destroy_decompress(&jpeg);
    return made;
}

Samples samples_of(const VImage& image) {
    std::size_t size = 0;
    const std::unique_ptr<void, decltype(&g_free)> memory(image.write_to_memory(&size), &g_free);
    const auto* pixels = static_cast<const JSAMPLE*>(memory.get());
    return {static_cast<unsigned>(image.width()), static_cast<unsigned>(image.height()), 3,
            std::vector<JSAMPLE>(pixels, pixels + size)};
}

// The same picture with other sampling factors of its brightness than libvips writes.
std::string sampled(const VImage& image, int across, int down, unsigned restart) {
    return jpeg_of(samples_of(image), [&](jpeg_compress_struct& jpeg) {
        jpeg.comp_info[0].h_samp_factor = across;
        jpeg.comp_info[0].v_samp_factor = down;
        jpeg.restart_interval = restart;
    });
}

// A grey JPEG of two blocks whose DC coefficients have no difference. Its AC symbols are F1, 15
// zeros and one bit, E1 and the end.
enum Code : std::uint32_t { kF1 = 0b001, kE1 = 0b011, kEnd = 0b10 };

std::string two_blocks(const std::vector<std::vector<Code>>& blocks) {
    std::vector<std::byte> file;
    const auto add = [&](const std::vector<int>& bytes) {
        for (const int byte : bytes) file.push_back(static_cast<std::byte>(byte));
    };
    add({0xff, 0xd8, 0xff, 0xdb, 0, 67, 0});
    add(std::vector<int>(64, 1));
    add({0xff, 0xc0, 0, 11, 8, 0, 8, 0, 16, 1, 1, 0x11, 0});
    add({0xff, 0xc4, 0, 20, 0x00, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00});
    add({0xff, 0xc4, 0, 22, 0x10, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf1, 0xe1, 0x00});
    add({0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 63, 0});
    BitWriter bits(file);
    for (const std::vector<Code>& block : blocks) {
        bits.put(0, 1);
        for (const Code code : block) bits.put(code, code == kEnd ? 2 : 3);
    }
    bits.finish();
    add({0xff, 0xd9});
    return std::string(text_of(Bytes(file)));
}

bool is_read(const std::string& file) { return decode_jpeg(bytes_of(file), {}).has_value(); }

} // namespace

TEST_CASE("scan decoder: samples are those of libjpeg's own reader, at each scale") {
    const VImage image = picture(333, 201);
    for (const char* suffix :
         {".jpg[Q=75,subsample_mode=on]", ".jpg[Q=92,subsample_mode=off]", ".jpg[Q=100,subsample_mode=off]",
          ".jpg[Q=3]", ".jpg[Q=85,optimize_coding]", ".jpg[Q=85,restart_interval=1]",
          ".jpg[Q=98,restart_interval=7,optimize_coding]", ".jpg[Q=90,restart_interval=9]",
          ".jpg[Q=90,restart_interval=50]", ".jpg[Q=90,interlace]"}) {
        const std::string colours = file_of(image, suffix);
        const std::string grey = file_of(image.colourspace(VIPS_INTERPRETATION_B_W), suffix);
        for (const std::int32_t shrink : {1, 2, 4, 8}) {
            CAPTURE(suffix);
            CAPTURE(shrink);
            CHECK(samples(colours, shrink) == samples_of_libjpeg(colours, shrink));
            CHECK(samples(grey, shrink) == samples_of_libjpeg(grey, shrink));
        }
    }
}

TEST_CASE("scan decoder: a block that is full has no end, and the next one follows it at once") {
    for (const auto& first :
         {std::vector<Code>{kF1, kF1, kF1, kE1}, std::vector<Code>{kF1, kEnd}, std::vector<Code>{kEnd}}) {
        const std::string file = two_blocks({first, {kE1, kEnd}});
        CHECK(is_read(file));
        CHECK(samples(file, 1) == samples_of_libjpeg(file, 1));
        CHECK(samples(file, 8) == samples_of_libjpeg(file, 8));
    }
}

TEST_CASE("scan decoder: too many coefficients, no such code, too few bits: there are no planes") {
    CHECK_FALSE(is_read(two_blocks({{kF1, kF1, kF1, kF1}, {kEnd}})));
    CHECK_FALSE(is_read(two_blocks({{kE1, kF1, kF1, kF1, kEnd}, {kEnd}})));
    CHECK_FALSE(is_read(two_blocks({{kF1, static_cast<Code>(0b111)}, {kEnd}})));
    CHECK_FALSE(is_read(two_blocks({{kEnd}})));
}

TEST_CASE("scan decoder: samples are those of libjpeg's own reader, whatever the subsampling") {
    const VImage image = picture(333, 201);
    for (const auto& [across, down] : {std::pair{2, 1}, {1, 2}, {4, 1}, {1, 4}, {4, 2}})
        for (const unsigned restart : {0, 3}) {
            const std::string file = sampled(image, across, down, restart);
            for (const std::int32_t shrink : {1, 2, 4, 8}) {
                CAPTURE(across);
                CAPTURE(down);
                CAPTURE(shrink);
                CHECK(samples(file, shrink) == samples_of_libjpeg(file, shrink));
            }
        }
}

TEST_CASE("scan decoder: restart markers that are not in their order are damage") {
    std::string file = file_of(picture(100, 100), ".jpg[restart_interval=4]");
    CHECK(is_read(file));
    const auto marker = [&](char number) { return file.find(std::string{'\xff', number}); };
    const std::size_t second = marker('\xd1');
    const std::size_t third = marker('\xd2');
    REQUIRE(third != std::string::npos);
    std::swap(file[second + 1], file[third + 1]);
    CHECK_FALSE(is_read(file));
}

TEST_CASE("scan decoder: halved chroma is that of a picture of half of the size, and luma stays as it is") {
    const VImage image = picture(333, 201);
    const auto planes = [](const std::string& file, std::int32_t shrink, bool halved_chroma) {
        const auto decoded = decode_jpeg(bytes_of(file), {.shrink = shrink, .halved_chroma = halved_chroma});
        REQUIRE(decoded);
        std::vector<std::string> samples(decoded->planes.size());
        for (std::size_t index = 0; index < samples.size(); ++index)
            append_samples(samples[index], decoded->planes[index].plane);
        return samples;
    };
    for (const char* suffix : {".jpg[Q=90,subsample_mode=on]", ".jpg[Q=90,subsample_mode=off]"}) {
        const std::string file = file_of(image, suffix);
        for (const std::int32_t shrink : {1, 2, 4}) {
            const auto halved = planes(file, shrink, true);
            const auto smaller = planes(file, 2 * shrink, false);
            CAPTURE(suffix);
            CAPTURE(shrink);
            CHECK(halved[0] == planes(file, shrink, false)[0]);
            CHECK(halved[1] == smaller[1]);
            CHECK(halved[2] == smaller[2]);
        }
    }
}

TEST_CASE("scan decoder: chroma is not halved where the profile is another than that of sRGB") {
    const std::string file = file_of(picture(160, 80).icc_transform("p3"), ".jpg[Q=90,subsample_mode=off]");
    const auto decoded = decode_jpeg(bytes_of(file), {.halved_chroma = true});
    REQUIRE(decoded);
    CHECK(decoded->planes[1].plane.size() == Size{160, 80});
}

TEST_CASE("scan decoder: components may share tables of which one needs the first coefficients only") {
    // At an eighth of the size luma has one sample of a block, chroma four.
    const std::string file = jpeg_of(samples_of(picture(333, 201)), [](jpeg_compress_struct& jpeg) {
        for (int index = 0; index < 3; ++index) jpeg.comp_info[index].dc_tbl_no = jpeg.comp_info[index].ac_tbl_no = 0;
    });
    for (const std::int32_t shrink : {1, 2, 4, 8}) CHECK(samples(file, shrink) == samples_of_libjpeg(file, shrink));
}

TEST_CASE("scan decoder: halved chroma keeps the samples that an output with half of the chroma needs") {
    const VImage image = picture(320, 192);
    const auto chroma = [&](int across, int down, std::int32_t shrink) {
        const auto decoded =
            decode_jpeg(bytes_of(sampled(image, across, down, 0)), {.shrink = shrink, .halved_chroma = true});
        REQUIRE(decoded);
        return decoded->planes[1].plane.size();
    };
    CHECK(chroma(1, 1, 1) == Size{160, 96});
    CHECK(chroma(2, 2, 2) == Size{80, 48});
    CHECK(chroma(2, 1, 2) == Size{80, 96});
    CHECK(chroma(1, 2, 2) == Size{160, 48});
    CHECK(chroma(1, 1, 8) == Size{40, 24}); // a block has one sample at least
}

TEST_CASE("scan decoder: a grey picture is read to the row that is wanted, whatever its sampling factors") {
    const Samples grey{100, 640, 1, std::vector<JSAMPLE>(100 * 640, JSAMPLE{77})};
    const std::string file = jpeg_of(grey, [](jpeg_compress_struct& jpeg) { jpeg.comp_info[0].v_samp_factor = 2; });
    const auto decoded = decode_jpeg(bytes_of(file), {.rows = 300});
    REQUIRE(decoded);
    CHECK(decoded->planes[0].plane.size() == Size{100, 304});
    CHECK(samples(file, 1) == samples_of_libjpeg(file, 1));
}
