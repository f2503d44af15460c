#include "thumbnail/decode/tiff_compression.h"

#include <algorithm>
#include <array>

namespace thumbnailer {

namespace {

struct Compression {
    std::uint64_t number;
    std::string_view name;
    bool always;
};

// TIFF 6.0, its supplements, and the registered numbers in libtiff's tiff.h.
constexpr std::array kCompressions{
    Compression{1, "none", true},
    Compression{2, "CCITT modified Huffman", true},
    Compression{3, "CCITT group 3", true},
    Compression{4, "CCITT group 4", true},
    Compression{5, "LZW", true},
    Compression{6, "JPEG of TIFF 6.0", false},
    Compression{7, "JPEG", true},
    Compression{8, "Deflate", true},
    Compression{9, "JBIG", false},
    Compression{10, "JBIG", false},
    Compression{32766, "NeXT RLE", false},
    Compression{32771, "CCITT RLE with words", false},
    Compression{32773, "PackBits", true},
    Compression{32809, "ThunderScan RLE", false},
    Compression{32908, "Pixar film", false},
    Compression{32909, "Pixar log", false},
    Compression{32946, "Deflate", true},
    Compression{33003, "JPEG 2000", false},
    Compression{33004, "JPEG 2000", false},
    Compression{33005, "JPEG 2000", false},
    Compression{34661, "JBIG", false},
    Compression{34676, "SGI LogLuv", false},
    Compression{34677, "SGI LogLuv", false},
    Compression{34712, "JPEG 2000", false},
    Compression{34887, "LERC", false},
    Compression{34892, "lossy JPEG of DNG", false},
    Compression{34925, "LZMA", false},
    Compression{34934, "JPEG XR", false},
    Compression{50000, "ZSTD", false},
    Compression{50001, "WebP", false},
    Compression{50002, "JPEG XL", false},
    Compression{52546, "JPEG XL", false},
};

} // namespace

std::string compression_name(std::uint64_t number) {
    const auto row = std::ranges::find(kCompressions, number, &Compression::number);
    return row == kCompressions.end() ? "compression " + std::to_string(number) : std::string(row->name);
}

bool is_always_read(std::uint64_t compression) {
    const auto row = std::ranges::find(kCompressions, compression, &Compression::number);
    return row != kCompressions.end() && row->always;
}

bool says_not_built(std::string_view message) {
    constexpr std::array<std::string_view, 3> kWords{"is not configured", "is not implemented", "built without"};
    return std::ranges::any_of(kWords,
                               [&](std::string_view words) { return message.find(words) != std::string_view::npos; });
}

} // namespace thumbnailer
