#include "thumbnail/jpeg/block_reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

#include "thumbnail/jpeg/zigzag.h"

using namespace thumbnailer;

namespace {

using Coefficients = std::vector<std::int16_t>; // of blocks, row by row within each

struct Code {
    std::uint32_t bits = 0;
    int length = 0;
};

// A Huffman table, and its codes by symbol as a writer needs them (T.81, annex C).
class Codes {
public:
    Codes(std::vector<std::uint8_t> counts, std::vector<std::uint8_t> symbols)
        : counts_(std::move(counts)), symbols_(std::move(symbols)), by_symbol_(256) {
        std::uint32_t code = 0;
        std::size_t next = 0;
        for (std::size_t length = 1; length <= counts_.size(); ++length, code <<= 1)
            for (int left = counts_[length - 1]; left > 0; --left)
                by_symbol_[symbols_[next++]] = {code++, static_cast<int>(length)};
    }
    HuffmanTable table() const { return {std::as_bytes(std::span(counts_)), std::as_bytes(std::span(symbols_))}; }
    // A symbol and the bits of its value.
    void put(BitWriter& bits, int symbol, int size, int value) const {
        const Code& code = by_symbol_[static_cast<std::size_t>(symbol)];
        REQUIRE(code.length != 0);
        bits.put(code.bits, code.length);
        if (size > 0) bits.put(static_cast<std::uint32_t>(value < 0 ? value + (1 << size) - 1 : value), size);
    }

private:
    std::vector<std::uint8_t> counts_;
    std::vector<std::uint8_t> symbols_;
    std::vector<Code> by_symbol_;
};

int size_of(int value) { return static_cast<int>(std::bit_width(static_cast<std::uint32_t>(std::abs(value)))); }

// Lengths as those of the tables in T.81, annex K; which symbol has which is left to chance.
Codes dc_codes(std::mt19937& random) {
    std::vector<std::uint8_t> symbols(12);
    std::iota(symbols.begin(), symbols.end(), std::uint8_t{0});
    std::ranges::shuffle(symbols, random);
    return {{0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0}, symbols};
}

Codes ac_codes(std::mt19937& random) {
    std::vector<std::uint8_t> symbols{0x00, 0xf0};
    for (int run = 0; run < 16; ++run)
        for (int size = 1; size <= 10; ++size) symbols.push_back(static_cast<std::uint8_t>(run << 4 | size));
    std::ranges::shuffle(symbols, random);
    return {{0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125}, symbols};
}

void write_block(BitWriter& bits, const Codes& dc, const Codes& ac, std::span<const std::int16_t> block) {
    dc.put(bits, size_of(block[0]), size_of(block[0]), block[0]);
    int run = 0;
    for (std::size_t number = 1; number < kCoefficients; ++number) {
        const int value = block[kZigzag[number]];
        if (value == 0) {
            ++run;
            continue;
        }
        for (; run > 15; run -= 16) ac.put(bits, 0xf0, 0, 0);
        ac.put(bits, run << 4 | size_of(value), size_of(value), value);
        run = 0;
    }
    if (run > 0) ac.put(bits, 0x00, 0, 0);
}

// Blocks with no, few and all coefficients, most of them small, some as large as they may be.
Coefficients some_blocks(std::mt19937& random, std::size_t count) {
    Coefficients made(count * kCoefficients);
    for (std::size_t block = 0; block < count; ++block) {
        const int chance = std::vector{0, 5, 30, 90, 100}[random() % 5];
        for (std::size_t index = 0; index < kCoefficients; ++index) {
            if (static_cast<int>(random() % 100) >= chance) continue;
            const int largest = std::vector{1, 1, 3, 20, 127, 128, 1023}[random() % 7];
            made[block * kCoefficients + index] = static_cast<std::int16_t>(
                static_cast<int>(random() % static_cast<unsigned>(2 * largest + 1)) - largest);
        }
    }
    return made;
}

// All blocks, `at_once` at a time; empty after damage.
Coefficients read_all(BlockReader& reader, std::size_t all, std::size_t at_once) {
    Coefficients made;
    while (made.size() < all * kCoefficients) {
        Coefficients room((at_once + 1) * kCoefficients);
        if (!reader.read(std::span(room).first(at_once * kCoefficients))) return {};
        made.insert(made.end(), room.begin(), room.end() - kCoefficients);
    }
    return made;
}

Coefficients without_ac(Coefficients blocks) {
    for (std::size_t index = 0; index < blocks.size(); ++index)
        if (index % kCoefficients != 0) blocks[index] = 0;
    return blocks;
}

} // namespace

TEST_CASE("block reader: reads what was written, whatever the codes, the values and the number of MCUs at a time") {
    std::mt19937 random(7);
    for (int round = 0; round < 40; ++round) {
        const Codes luma_dc = dc_codes(random), luma_ac = ac_codes(random);
        const Codes chroma_dc = dc_codes(random), chroma_ac = ac_codes(random);
        const Coefficients blocks = some_blocks(random, 90);
        std::vector<std::byte> data;
        BitWriter bits(data);
        for (std::size_t block = 0; block < 90; ++block) {
            const bool luma = block % 3 != 2;
            write_block(bits, luma ? luma_dc : chroma_dc, luma ? luma_ac : chroma_ac,
                        std::span(blocks).subspan(block * kCoefficients, kCoefficients));
        }
        bits.finish();
        for (const bool keeps_ac : {true, false})
            for (const std::size_t at_once : {3, 9, 90}) {
                const BlockCodes luma(luma_dc.table(), luma_ac.table(), keeps_ac);
                const BlockCodes chroma(chroma_dc.table(), chroma_ac.table(), keeps_ac);
                BlockReader reader{Bytes(data)};
                reader.add_blocks(luma, 2);
                reader.add_blocks(chroma, 1);
                CAPTURE(round);
                CAPTURE(at_once);
                CHECK(read_all(reader, 90, at_once) == (keeps_ac ? blocks : without_ac(blocks)));
            }
    }
}

TEST_CASE("block reader: data that ends at any byte is damage, and one changed bit writes nothing behind the blocks") {
    std::mt19937 random(11);
    const Codes dc = dc_codes(random), ac = ac_codes(random);
    const BlockCodes codes(dc.table(), ac.table(), true);
    const Coefficients blocks = some_blocks(random, 12);
    std::vector<std::byte> data;
    BitWriter bits(data);
    for (std::size_t block = 0; block < 12; ++block)
        write_block(bits, dc, ac, std::span(blocks).subspan(block * kCoefficients, kCoefficients));
    bits.finish();
    for (std::size_t length = 0; length + 1 < data.size(); ++length) {
        BlockReader reader{Bytes(data).first(length)};
        reader.add_blocks(codes, 1);
        CHECK(read_all(reader, 12, 12).empty());
    }
    constexpr std::int16_t kUntouched = 0x5a5a;
    for (std::size_t bit = 0; bit < 8 * data.size(); ++bit) {
        std::vector<std::byte> changed = data;
        changed[bit / 8] ^= std::byte{1} << bit % 8;
        BlockReader reader{Bytes(changed)};
        reader.add_blocks(codes, 1);
        Coefficients room(14 * kCoefficients);
        std::fill(room.begin() + 12 * kCoefficients, room.end(), kUntouched);
        reader.read(std::span(room).first(12 * kCoefficients));
        CHECK(std::all_of(room.begin() + 12 * kCoefficients + 1, room.end(),
                          [](std::int16_t value) { return value == kUntouched; }));
    }
}

TEST_CASE("block reader: a run that leads behind the block is damage, however far it leads") {
    std::mt19937 random(17);
    const Codes dc = dc_codes(random), ac = ac_codes(random);
    for (const bool keeps_ac : {true, false})
        for (int run = 0; run < 14; ++run) {
            std::vector<std::byte> data;
            BitWriter bits(data);
            dc.put(bits, 0, 0, 0);
            for (int count = 0; count < 3; ++count) ac.put(bits, 0xf0, 0, 0);
            ac.put(bits, run << 4 | 1, 1, 1); // coefficient 49 + run
            ac.put(bits, 0xf1, 1, 1);         // coefficient 65 + run
            ac.put(bits, 0x00, 0, 0);
            bits.finish();
            data.resize(data.size() + 16); // so that it is not for the end of the data
            const BlockCodes codes(dc.table(), ac.table(), keeps_ac);
            BlockReader reader{Bytes(data)};
            reader.add_blocks(codes, 1);
            CAPTURE(run);
            CAPTURE(keeps_ac);
            CHECK(read_all(reader, 1, 1).empty());
        }
}

TEST_CASE("block reader: the codes of a full block are followed by those of the next one at once") {
    std::mt19937 random(13);
    const Codes dc = dc_codes(random), ac = ac_codes(random);
    const BlockCodes codes(dc.table(), ac.table(), true);
    Coefficients blocks(6 * kCoefficients, std::int16_t{1});
    std::fill(blocks.begin() + 2 * kCoefficients, blocks.begin() + 3 * kCoefficients, std::int16_t{0});
    std::vector<std::byte> data;
    BitWriter bits(data);
    for (std::size_t block = 0; block < 6; ++block)
        write_block(bits, dc, ac, std::span(blocks).subspan(block * kCoefficients, kCoefficients));
    bits.finish();
    BlockReader reader{Bytes(data)};
    reader.add_blocks(codes, 1);
    CHECK(read_all(reader, 6, 6) == blocks);
}
