// The boxes of ISO media files (ISO/IEC 14496-12, 4.2): a length, a name of four letters, contents. Lengths may lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/bytes.h"

namespace thumbnailer {

// Four letters as a number, big endian.
using FourLetters = std::uint32_t;

constexpr FourLetters four_letters(std::string_view name) {
    FourLetters letters = 0;
    for (const char letter : name.substr(0, 4)) letters = letters << 8 | static_cast<unsigned char>(letter);
    return letters;
}

// For messages; what is not printable is a dot.
std::string text_of_letters(FourLetters letters);

struct Box {
    FourLetters type = 0;
    Bytes contents;
};

// The boxes that stand one behind the other in some bytes.
class Boxes {
public:
    explicit Boxes(Bytes bytes) : reader_(bytes) {}

    // Nothing at the end, and when what follows is no whole box.
    std::optional<Box> next();

private:
    ByteReader reader_;
};

// The first box of a name among those that stand one behind the other.
std::optional<Bytes> find_box(Bytes boxes, FourLetters type);

// Of a box with a version and flags: both, and a reader of what follows them.
struct FullBox {
    std::uint64_t version = 0;
    std::uint64_t flags = 0;
    ByteReader rest;
};

std::optional<FullBox> full_box(Bytes contents);

} // namespace thumbnailer
