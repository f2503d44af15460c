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

// What a header is too short for is 0.
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
    // Where the palette begins, or without one the pixels: behind the header and the masks that may follow it.
    std::uint64_t end() const;
    // Of one colour of the palette.
    std::uint64_t colour_bytes() const { return is_core() ? 3 : 4; }
    // An ICC profile is a part of the file.
    bool embeds_profile() const;
};

// Nothing when the length is none of a header or the bytes are fewer.
std::optional<BmpFields> read_bmp_fields(Bytes bitmap);

} // namespace thumbnailer
