#include "thumbnail/jpeg/huffman.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

using namespace thumbnailer;

namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> made;
    for (const int value : values) made.push_back(static_cast<std::byte>(value));
    return made;
}

// Codes 0, 10, 110 and, of 16 bits, 1110...0.
const HuffmanTable kTable(bytes({1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), bytes({0x00, 0x01, 0x2a, 0xf0}));

bool is(HuffmanSymbol symbol, int length, int zeros, int size) {
    return symbol.length == length && symbol.run == zeros && symbol.size == size && symbol.total == length + size;
}

} // namespace

TEST_CASE("huffman: a code is found by the bits that begin with it") {
    CHECK(is(kTable[0x00000000], 1, 0, 0));
    CHECK(is(kTable[0x7fffffff], 1, 0, 0));
    CHECK(is(kTable[0x80000000], 2, 0, 1));
    CHECK(is(kTable[0xbfffffff], 2, 0, 1));
    CHECK(is(kTable[0xdfffffff], 3, 2, 10));
    CHECK(is(kTable[0xe000ffff], 16, 15, 0));
}

TEST_CASE("huffman: what no code begins like is no symbol") {
    CHECK(kTable[0xe0010000].length == 0);
    CHECK(kTable[0xffffffff].length == 0);
    CHECK(HuffmanTable({}, {})[0].length == 0);
}

TEST_CASE("huffman: more codes than there is room for, or symbols for, are none") {
    const HuffmanTable full(bytes({2, 200}), bytes({1, 2, 3}));
    CHECK(full[0x00000000].size == 1);
    CHECK(full[0xffffffff].size == 2);
    const HuffmanTable short_of_symbols(bytes({0, 4}), bytes({1}));
    CHECK(short_of_symbols[0x00000000].size == 1);
    CHECK(short_of_symbols[0x40000000].length == 0);
}

TEST_CASE("huffman: a value that begins with a zero is negative") {
    const auto value = [](std::uint32_t bits, std::uint8_t size) {
        return huffman_value(bits, {2, static_cast<std::uint8_t>(2 + size), size, 0});
    };
    CHECK(value(0xffffffff, 0) == 0);
    CHECK(value(0xe0000000, 1) == 1);
    CHECK(value(0xc0000000, 1) == -1);
    CHECK(value(0xf8000000, 3) == 7);
    CHECK(value(0xe0000000, 3) == 4);
    CHECK(value(0xd8000000, 3) == -4);
    CHECK(value(0xc0000000, 3) == -7);
    CHECK(value(0xffffffff, 15) == 32767);
    CHECK(value(0x00000000, 15) == -32767);
}

TEST_CASE("huffman: an end of the block has no value, and is not sixteen zeros") {
    CHECK(kTable[0x00000000].is_end_of_block());
    CHECK_FALSE(kTable[0x80000000].is_end_of_block());
    CHECK_FALSE(kTable[0xe0000000].is_end_of_block());
}
