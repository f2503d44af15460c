// The header of a BMP: the file header, one of its many information headers, the masks and the palette.
// Layouts: Microsoft's BITMAPCOREHEADER to BITMAPV5HEADER (wingdi.h), and OS/2's 16 to 64 bytes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// How the pixels are stored: plain, or as runs of palette indices or (rle24) of colours.
enum class BmpRuns : std::uint8_t { none, rle4, rle8, rle24 };

struct BmpColour {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;
};

// The bits of one channel in a pixel of 16 or 32 bits.
struct BmpMask {
    std::uint32_t shift = 0;
    std::uint32_t max = 0; // the largest value; 0: the pixel has no such channel
};

struct BmpHeader {
    Size size;
    bool top_down = false;
    std::uint32_t bits = 0; // per pixel: 1, 2, 4, 8, 16, 24 or 32
    BmpRuns runs = BmpRuns::none;
    std::array<BmpMask, 4> masks;   // red, green, blue, alpha; for 16 and 32 bits
    std::vector<BmpColour> palette; // for 1 to 8 bits
    Bytes pixels;                   // from the first row to the end of the source
    Bytes profile;                  // an embedded ICC profile; empty: none

    bool has_palette() const { return bits <= 8; }
    bool has_alpha() const { return masks[3].max != 0; }
    // The number of pixels of a row of runs, which may fill the last word of the row (as those of ImageMagick do).
    std::uint64_t run_width() const {
        if (runs == BmpRuns::rle24) return static_cast<std::uint64_t>(size.width);
        return runs == BmpRuns::rle4 ? 2 * row_bytes() : row_bytes();
    }
    // The size of a stored row, which is padded to 32 bits.
    std::uint64_t row_bytes() const {
        return (std::uint64_t{bits} * static_cast<std::uint64_t>(size.width) + 31) / 32 * 4;
    }
};

// Fails with bad_image, or with unsupported_format for what a BMP may hold and is not read: JPEG, PNG, fax code, 64
// bits a pixel.
Result<BmpHeader> read_bmp_header(Bytes source);

// The header of a bitmap in an ICO, which has no file header. Its height includes the mask below the image.
Result<BmpHeader> read_icon_header(Bytes bitmap);

} // namespace thumbnailer
