// The information header of a BMP as it is stored, in any of its lengths: 12 bytes (OS/2 1, Windows 2), 16 to 64 (OS/2
// 2), 40 (Windows 3), 52 and 56 (with masks), 108 and 124 (Windows 95 and 98).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace thumbnailer {

// Values of `compression`.
namespace bmp_code {
inline constexpr std::uint64_t kPlain = 0;
inline constexpr std::uint64_t kRle8 = 1;
inline constexpr std::uint64_t kRle4 = 2;
inline constexpr std::uint64_t kBitFields = 3; // in an OS/2 header: a fax code
inline constexpr std::uint64_t kJpeg = 4;      // in an OS/2 header: runs of 24 bits
inline constexpr std::uint64_t kPng = 5;
inline constexpr std::uint64_t kAlphaBitFields = 6;
} // namespace bmp_code

// A field is 0 if the header is too short for it.
struct BmpFields {
    std::uint64_t length = 0; // of the header
    std::int64_t width = 0;
    std::int64_t height = 0; // negative: from the top down
    std::uint64_t planes = 0;
    std::uint64_t bits = 0; // per pixel
    std::uint64_t compression = 0;
    std::uint64_t colours = 0;            // of the palette; 0: as many as the bits can tell apart
    std::array<std::uint32_t, 4> masks{}; // red, green, blue, alpha
    std::uint64_t colour_space = 0;
    std::uint64_t profile_offset = 0; // from where the header begins
    std::uint64_t profile_length = 0;

    bool is_core() const;
    bool is_os2() const;
    // The offset behind the header and its masks: of the palette, or of the pixels if there is no palette.
    std::uint64_t end() const;
    // The size of one colour of the palette.
    std::uint64_t colour_bytes() const { return is_core() ? 3 : 4; }
    // Whether the file contains an ICC profile.
    bool embeds_profile() const;
};

// Nothing if no header has this length, or the bytes end before it does.
std::optional<BmpFields> read_bmp_fields(Bytes bitmap);

} // namespace thumbnailer
