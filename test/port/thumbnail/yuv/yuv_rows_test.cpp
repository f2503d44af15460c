#include "thumbnail/yuv/yuv_rows.h"

#include <doctest/doctest.h>

using namespace thumbnailer;

namespace {

constexpr Nclx kFull{1, 13, 6, true};

// A plane of 8 bits whose samples are given row by row.
YuvPlane plane(const std::vector<std::uint8_t>& samples, Size size) {
    return {samples.data(), static_cast<std::size_t>(size.width), size, 8};
}

std::vector<int> rows_of(const YuvPlanes& planes, const Nclx& nclx, const Rect& used, std::int32_t shrink) {
    const auto matrix = yuv_matrix(nclx, planes.planes[0].depth);
    REQUIRE(matrix);
    YuvRows rows(planes, *matrix, used, shrink);
    std::vector<int> all;
    std::vector<std::uint8_t> row(static_cast<std::size_t>(rows.size().width * rows.bands()));
    for (std::int32_t y = 0; y < rows.size().height; ++y) {
        rows.read(y, row);
        all.insert(all.end(), row.begin(), row.end());
    }
    return all;
}

YuvPlanes grey(const std::vector<std::uint8_t>& samples, Size size) {
    return {.planes = {plane(samples, size), {}, {}}, .mono = true, .across = 1, .down = 1, .nclx = {}};
}

std::vector<int> colour(std::uint8_t y, std::uint8_t cb, std::uint8_t cr, const Nclx& nclx) {
    const std::vector<std::uint8_t> samples{y, cb, cr};
    YuvPlanes planes;
    for (std::size_t index = 0; index < 3; ++index) planes.planes[index] = {&samples[index], 1, {1, 1}, 8};
    return rows_of(planes, nclx, {0, 0, 1, 1}, 1);
}

} // namespace

TEST_CASE("yuv rows: means are of whole squares, and of what is left of them at the edges") {
    const std::vector<std::uint8_t> samples{0,  10, 20, 30, 40, //
                                            0,  10, 20, 30, 40, //
                                            90, 90, 90, 90, 90};
    CHECK(rows_of(grey(samples, {5, 3}), kFull, {0, 0, 5, 3}, 2) == std::vector{5, 25, 40, 90, 90, 90});
    CHECK(rows_of(grey(samples, {5, 3}), kFull, {0, 0, 5, 3}, 8) == std::vector{43});
    CHECK(rows_of(grey(samples, {5, 3}), kFull, {1, 1, 2, 2}, 1) == std::vector{10, 20, 90, 90});
}

TEST_CASE("yuv rows: colours follow from the matrix and the range, by H.273") {
    CHECK(colour(128, 128, 128, kFull) == std::vector{128, 128, 128});
    CHECK(colour(76, 85, 255, kFull) == std::vector{254, 0, 0});
    CHECK(colour(16, 128, 128, {1, 13, 6, false}) == std::vector{0, 0, 0});
    CHECK(colour(235, 128, 128, {1, 13, 6, false}) == std::vector{255, 255, 255});
    CHECK(colour(63, 102, 240, {1, 13, 1, false}) == std::vector{255, 1, 0});
    CHECK(colour(10, 20, 30, {1, 13, 0, true}) == std::vector{30, 10, 20}); // the planes are green, blue and red
    CHECK(colour(54, 99, 255, {9, 16, 9, true})[0] > 200);
}

TEST_CASE("yuv rows: a matrix that is no matrix of three constants is refused by name") {
    const auto matrix = yuv_matrix({9, 16, 14, true}, 8);
    REQUIRE(!matrix);
    CHECK(matrix.error().reason == Reason::unsupported_format);
    CHECK(matrix.error().message.find("14 of H.273") != std::string::npos);
}

TEST_CASE("yuv rows: between two samples of colour is their mean, beyond the last one that") {
    const std::vector<std::uint8_t> luma(4 * 2, 128);
    const std::vector<std::uint8_t> middle(2, 128);
    const std::vector<std::uint8_t> red{128, 138};
    YuvPlanes planes{.planes = {plane(luma, {4, 2}), plane(middle, {2, 1}), plane(red, {2, 1})},
                     .mono = false,
                     .across = 2,
                     .down = 2,
                     .nclx = {}};
    const auto pixels = rows_of(planes, kFull, {0, 0, 4, 1}, 1);
    const std::vector<int> reds{pixels[0], pixels[3], pixels[6], pixels[9]};
    CHECK(reds == std::vector{128, 135, 142, 142});
    // Shrunk by two, each sample of colour is that of one pixel.
    const auto shrunk = rows_of(planes, kFull, {0, 0, 4, 2}, 2);
    CHECK(std::vector{shrunk[0], shrunk[3]} == std::vector{128, 142});
}

TEST_CASE("yuv rows: samples of ten bits become sixteen") {
    const std::vector<std::uint16_t> samples{0, 512, 1023};
    YuvPlanes planes{.planes = {YuvPlane{reinterpret_cast<const std::uint8_t*>(samples.data()), 6, {3, 1}, 10}, {}, {}},
                     .mono = true,
                     .across = 1,
                     .down = 1,
                     .nclx = {}};
    const auto matrix = yuv_matrix(kFull, 10);
    YuvRows rows(planes, *matrix, {0, 0, 3, 1}, 1);
    std::vector<std::uint16_t> row(3);
    rows.read(0, row);
    CHECK(row == std::vector<std::uint16_t>{0, 32800, 65535});
}
