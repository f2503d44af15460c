// The inverse DCT to half of the size, of two neighbouring blocks at a time: the samples are the same as those of
// libjpeg (jidctred.c), which transforms one block at a time. A quarter of the time of a thumbnail was spent there.
#pragma once

#include <array>
#include <cstdint>

namespace thumbnailer {

// The factors of the coefficients of a block, row by row.
using Quantisers = std::array<std::int16_t, 64>;

// Whether this processor has the vector instructions for it.
bool has_half_size_dct();

// Writes 8 samples from `column` on into each of 4 rows. Only if has_half_size_dct().
void half_size_dct(const std::int16_t* left, const std::int16_t* right, const Quantisers& quantisers,
                   std::uint8_t* const* rows, std::size_t column);

} // namespace thumbnailer
