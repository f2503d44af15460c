// The compression of GIF (GIF89a, appendix F): LZW with codes of up to 12 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thumbnailer {

// The indices of a frame's pixels, and for each another one that shows the same, which is taken where that is shorter.
struct FrameIndices {
    std::span<const std::uint8_t> first;
    std::span<const std::uint8_t> other; // as many
};

// Appends the indices, each below 2^bits, as the data of an image: the size of the first codes, the codes in blocks of
// at most 255 bytes, and the empty block. `bits` is 1 to 8.
void append_lzw(std::vector<std::byte>& file, const FrameIndices& indices, int bits);

} // namespace thumbnailer
