// The boxes of ISO media files (ISO/IEC 14496-12, 4.2): a length, a name of four letters, contents. Lengths may lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/bytes.h"

namespace thumbnailer {

// A name of four letters as a big-endian number.
using FourLetters = std::uint32_t;

constexpr FourLetters four_letters(std::string_view name) {
    FourLetters letters = 0;
    for (const char letter : name.substr(0, 4)) letters = letters << 8 | static_cast<unsigned char>(letter);
    return letters;
}

// For messages; a dot stands for each byte that is not printable.
std::string text_of_letters(FourLetters letters);

struct Box {
    FourLetters type = 0;
    Bytes contents;
};

// Reads consecutive boxes.
class Boxes {
public:
    explicit Boxes(Bytes bytes) : reader_(bytes) {}

    // Nothing at the end, or if the next box is not complete.
    std::optional<Box> next();

private:
    ByteReader reader_;
};

// The contents of the first of consecutive boxes with this name.
std::optional<Bytes> find_box(Bytes boxes, FourLetters type);

// The version and the flags of a box that has them, and a reader of the bytes after them.
struct FullBox {
    std::uint64_t version = 0;
    std::uint64_t flags = 0;
    ByteReader rest;
};

std::optional<FullBox> full_box(Bytes contents);

} // namespace thumbnailer
