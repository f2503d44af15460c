// BMP files for tests, put together by hand.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace thumbnailer::test {

inline std::string little(std::uint64_t value, std::size_t width) {
    std::string bytes(width, '\0');
    for (std::size_t index = 0; index < width; ++index) {
        bytes[index] = static_cast<char>(value & 255);
        value >>= 8;
    }
    return bytes;
}

inline std::string raw(std::initializer_list<int> values) {
    std::string bytes;
    for (const int value : values) bytes.push_back(static_cast<char>(value));
    return bytes;
}

// What a BITMAPINFOHEADER of 40 bytes says, and what is appended to make it longer.
struct Info {
    std::int32_t width = 2;
    std::int32_t height = 2;
    std::uint64_t bits = 24;
    std::uint64_t compression = 0;
    std::uint64_t colours = 0;
    std::string extension = {};
    std::uint64_t planes = 1;
};

inline std::string info_header(const Info& info) {
    return little(40 + info.extension.size(), 4) + little(static_cast<std::uint32_t>(info.width), 4) +
           little(static_cast<std::uint32_t>(info.height), 4) + little(info.planes, 2) + little(info.bits, 2) +
           little(info.compression, 4) + little(0, 12) + little(info.colours, 4) + little(0, 4) + info.extension;
}

// A header, what follows it before the pixels (masks, palette), and the pixels.
inline std::string bmp_file(const std::string& header, const std::string& between, const std::string& pixels) {
    const std::size_t offset = 14 + header.size() + between.size();
    return "BM" + little(offset + pixels.size(), 4) + little(0, 4) + little(offset, 4) + header + between + pixels;
}

// Blue, green, red, nothing.
inline std::string colour(int red, int green, int blue) { return raw({blue, green, red, 0}); }

} // namespace thumbnailer::test
