#include "thumbnail/libjpeg/scaled_dct.h"

#if defined(__x86_64__)

#include <cstring>
#include <immintrin.h>

namespace thumbnailer {

namespace {

// A constant of jidctred.c, with 13 bits after the point.
constexpr std::int16_t fix(double value) { return static_cast<std::int16_t>(static_cast<int>(value * 16384 + 1) / 2); }

// What a pass divides by, as a number of bits: the first one leaves two bits after the point.
constexpr int kFirstOfHalf = 12;
constexpr int kSecondOfHalf = 19;
constexpr int kFirstOfQuarter = 13;
constexpr int kSecondOfQuarter = 20;

// A vector has the left block in its lower half and the right block in its upper half.
using Vector = __m256i;

[[gnu::target("avx2")]] inline __m128i load(const std::int16_t* values) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(values));
}

// One row of coefficients of both blocks, multiplied.
[[gnu::target("avx2")]] inline Vector row_of(const std::int16_t* left, const std::int16_t* right,
                                             const Quantisers& quantisers, int row) {
    const std::ptrdiff_t at = std::ptrdiff_t{8} * row;
    const Vector both = _mm256_inserti128_si256(_mm256_castsi128_si256(load(left + at)), load(right + at), 1);
    return _mm256_mullo_epi16(both, _mm256_broadcastsi128_si256(load(quantisers.data() + at)));
}

// Each pair of 16 bits times the pair of factors, added.
[[gnu::target("avx2")]] inline Vector products(Vector pairs, std::int16_t first, std::int16_t second) {
    const auto factors =
        static_cast<std::uint32_t>(static_cast<std::uint16_t>(second)) << 16 | static_cast<std::uint16_t>(first);
    return _mm256_madd_epi16(pairs, _mm256_set1_epi32(static_cast<int>(factors)));
}

// The inputs of a transform of eight coefficients to four samples; pairs of 16 bits each.
struct Inputs {
    Vector zero_and_0;
    Vector of_2_and_6;
    Vector of_7_and_5;
    Vector of_3_and_1;
};
struct Samples {
    Vector of_0, of_1, of_2, of_3; // 32 bits each
};

template <int kShift>
[[gnu::target("avx2")]] inline Samples transform(const Inputs& in) {
    const Vector dc = _mm256_add_epi32(_mm256_srai_epi32(in.zero_and_0, 2), _mm256_set1_epi32(1 << (kShift - 1)));
    const Vector even = products(in.of_2_and_6, fix(1.847759065), -fix(0.765366865));
    const Vector inner = _mm256_add_epi32(products(in.of_7_and_5, -fix(0.211164243), fix(1.451774981)),
                                          products(in.of_3_and_1, -fix(2.172734803), fix(1.061594337)));
    const Vector outer = _mm256_add_epi32(products(in.of_7_and_5, -fix(0.509795579), -fix(0.601344887)),
                                          products(in.of_3_and_1, fix(0.899976223), fix(2.562915447)));
    const Vector sum = _mm256_add_epi32(dc, even);
    const Vector difference = _mm256_sub_epi32(dc, even);
    return {_mm256_srai_epi32(_mm256_add_epi32(sum, outer), kShift),
            _mm256_srai_epi32(_mm256_add_epi32(difference, inner), kShift),
            _mm256_srai_epi32(_mm256_sub_epi32(difference, inner), kShift),
            _mm256_srai_epi32(_mm256_sub_epi32(sum, outer), kShift)};
}

// The two lines that four columns become.
struct Lines {
    Vector upper, lower; // 32 bits each
};

[[gnu::target("avx2")]] inline Lines lines_of(Vector zero_and_0, Vector of_7_and_5, Vector of_3_and_1) {
    const Vector dc = _mm256_add_epi32(_mm256_srai_epi32(zero_and_0, 1), _mm256_set1_epi32(1 << (kFirstOfQuarter - 1)));
    const Vector odd = _mm256_add_epi32(products(of_7_and_5, -fix(0.720959822), fix(0.850430095)),
                                        products(of_3_and_1, -fix(1.272758580), fix(3.624509785)));
    return {_mm256_srai_epi32(_mm256_add_epi32(dc, odd), kFirstOfQuarter),
            _mm256_srai_epi32(_mm256_sub_epi32(dc, odd), kFirstOfQuarter)};
}

// From signed numbers of 16 bits.
[[gnu::target("avx2")]] inline Vector samples_of(Vector low, Vector high) {
    return _mm256_add_epi8(_mm256_packs_epi16(low, high), _mm256_set1_epi8(-128));
}

[[gnu::target("avx2")]] void to_half(const std::int16_t* left, const std::int16_t* right, const Quantisers& quantisers,
                                     std::uint8_t* const* rows, std::size_t column) {
    const Vector zero = _mm256_setzero_si256();
    const Vector row0 = row_of(left, right, quantisers, 0);
    const Vector row1 = row_of(left, right, quantisers, 1);
    const Vector row2 = row_of(left, right, quantisers, 2);
    const Vector row3 = row_of(left, right, quantisers, 3);
    const Vector row5 = row_of(left, right, quantisers, 5);
    const Vector row6 = row_of(left, right, quantisers, 6);
    const Vector row7 = row_of(left, right, quantisers, 7);

    // The columns: the first four, then the last four.
    const Samples low = transform<kFirstOfHalf>({_mm256_unpacklo_epi16(zero, row0), _mm256_unpacklo_epi16(row2, row6),
                                                 _mm256_unpacklo_epi16(row7, row5), _mm256_unpacklo_epi16(row3, row1)});
    const Samples high =
        transform<kFirstOfHalf>({_mm256_unpackhi_epi16(zero, row0), _mm256_unpackhi_epi16(row2, row6),
                                 _mm256_unpackhi_epi16(row7, row5), _mm256_unpackhi_epi16(row3, row1)});
    const Vector line0 = _mm256_packs_epi32(low.of_0, high.of_0);
    const Vector line1 = _mm256_packs_epi32(low.of_1, high.of_1);
    const Vector line2 = _mm256_packs_epi32(low.of_2, high.of_2);
    const Vector line3 = _mm256_packs_epi32(low.of_3, high.of_3);

    // Transposed: column 0 and 1, 2 and 3, 4 and 5, 6 and 7.
    const Vector lines01_low = _mm256_unpacklo_epi16(line0, line1), lines23_low = _mm256_unpacklo_epi16(line2, line3);
    const Vector lines01_high = _mm256_unpackhi_epi16(line0, line1), lines23_high = _mm256_unpackhi_epi16(line2, line3);
    const Vector columns01 = _mm256_unpacklo_epi32(lines01_low, lines23_low);
    const Vector columns23 = _mm256_unpackhi_epi32(lines01_low, lines23_low);
    const Vector columns45 = _mm256_unpacklo_epi32(lines01_high, lines23_high);
    const Vector columns67 = _mm256_unpackhi_epi32(lines01_high, lines23_high);

    const Samples made = transform<kSecondOfHalf>(
        {_mm256_unpacklo_epi16(zero, columns01), _mm256_unpacklo_epi16(columns23, columns67),
         _mm256_unpackhi_epi16(columns67, columns45), _mm256_unpackhi_epi16(columns23, columns01)});
    const Vector bytes = samples_of(_mm256_packs_epi32(made.of_0, made.of_1), _mm256_packs_epi32(made.of_2, made.of_3));

    // The bytes of each line together, then those of both blocks.
    const Vector by_line =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const Vector lines =
        _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(bytes, by_line), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    const __m128i upper = _mm256_castsi256_si128(lines);
    const __m128i lower = _mm256_extracti128_si256(lines, 1);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(rows[0] + column), upper);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(rows[1] + column), _mm_unpackhi_epi64(upper, upper));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(rows[2] + column), lower);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(rows[3] + column), _mm_unpackhi_epi64(lower, lower));
}

[[gnu::target("avx2")]] void to_quarter(const std::int16_t* left, const std::int16_t* right,
                                        const Quantisers& quantisers, std::uint8_t* const* rows, std::size_t column) {
    const Vector zero = _mm256_setzero_si256();
    const Vector row0 = row_of(left, right, quantisers, 0);
    const Vector row1 = row_of(left, right, quantisers, 1);
    const Vector row3 = row_of(left, right, quantisers, 3);
    const Vector row5 = row_of(left, right, quantisers, 5);
    const Vector row7 = row_of(left, right, quantisers, 7);

    // The columns. Those of even numbers but the first are not used.
    const Lines low = lines_of(_mm256_unpacklo_epi16(zero, row0), _mm256_unpacklo_epi16(row7, row5),
                               _mm256_unpacklo_epi16(row3, row1));
    const Lines high = lines_of(_mm256_unpackhi_epi16(zero, row0), _mm256_unpackhi_epi16(row7, row5),
                                _mm256_unpackhi_epi16(row3, row1));
    const Vector line0 = _mm256_packs_epi32(low.upper, high.upper);
    const Vector line1 = _mm256_packs_epi32(low.lower, high.lower);

    // The lines: the sum of the odd columns, and the first column times 2^15, of both lines.
    const Vector factors = _mm256_broadcastsi128_si256(
        _mm_setr_epi16(0, fix(3.624509785), 0, -fix(1.272758580), 0, fix(0.850430095), 0, -fix(0.720959822)));
    const Vector quarters = _mm256_hadd_epi32(_mm256_madd_epi16(line0, factors), _mm256_madd_epi16(line1, factors));
    const Vector odd = _mm256_hadd_epi32(quarters, quarters);
    const Vector firsts = _mm256_unpacklo_epi16(zero, _mm256_unpacklo_epi16(line0, line1));
    const Vector dc = _mm256_add_epi32(_mm256_srai_epi32(firsts, 1), _mm256_set1_epi32(1 << (kSecondOfQuarter - 1)));
    const Vector made = _mm256_unpacklo_epi32(_mm256_srai_epi32(_mm256_add_epi32(dc, odd), kSecondOfQuarter),
                                              _mm256_srai_epi32(_mm256_sub_epi32(dc, odd), kSecondOfQuarter));
    const Vector bytes = samples_of(_mm256_packs_epi32(made, made), zero);

    // Two bytes of each line of the left block, then of the right one.
    const __m128i pairs = _mm_unpacklo_epi16(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
    const std::int32_t upper = _mm_cvtsi128_si32(pairs);
    const std::int32_t lower = _mm_extract_epi32(pairs, 1);
    std::memcpy(rows[0] + column, &upper, sizeof upper);
    std::memcpy(rows[1] + column, &lower, sizeof lower);
}

} // namespace

ScaledDct scaled_dct(int scale) {
    if (__builtin_cpu_supports("avx2") == 0) return nullptr;
    return scale == 4 ? to_half : scale == 2 ? to_quarter : nullptr;
}

} // namespace thumbnailer

#else

namespace thumbnailer {

ScaledDct scaled_dct(int) { return nullptr; }

} // namespace thumbnailer

#endif
