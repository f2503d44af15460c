// The inverse DCT to half and to a quarter of the size, of two neighbouring blocks at a time. The samples are the same
// as those of libjpeg (jidctred.c), unless 16 bits overflow, which they do not where an encoder made the coefficients
// of pixels. libjpeg transforms one block at a time and takes two to three times as long.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace thumbnailer {

// The factors of the coefficients of a block, row by row.
using Quantisers = std::array<std::int16_t, 64>;

// Writes the samples of two blocks, from `column` on, into as many rows as one block has.
using ScaledDct = void (*)(const std::int16_t* left, const std::int16_t* right, const Quantisers& quantisers,
                           std::uint8_t* const* rows, std::size_t column);

// For blocks of `scale` samples across and down. Null if there is none, or if this processor lacks the instructions.
ScaledDct scaled_dct(int scale);

} // namespace thumbnailer
