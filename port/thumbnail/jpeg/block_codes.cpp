#include "thumbnail/jpeg/block_codes.h"

namespace thumbnailer {

namespace {

using Entry = CodeTable::Entry;
using Entries = CodeTable::Lookup<Entry>;

constexpr std::size_t kLongestRun = 16; // of an AC code: 15 zeros and a value, or 16 zeros
static_assert(kCoefficients - 1 + CodeTable::kNoPlace <= 0xff, "a place and a distance to a value fit into eight bits");
static_assert(CodeTable::kEnd + kCoefficients + kLongestRun <= 0xff, "so does every distance");

std::uint8_t sum(std::size_t one, std::size_t other) { return static_cast<std::uint8_t>(one + other); }

// Empty when the bits hold no whole code with its value, or a value that does not fit into eight bits.
Entry dc_entry(const HuffmanTable& table, std::uint32_t bits) {
    const HuffmanSymbol symbol = table[bits];
    if (symbol.length == 0 || symbol.total > CodeTable::kBits) return {};
    const int value = huffman_value(bits, symbol);
    const auto stored = static_cast<std::int8_t>(value);
    if (stored != value) return {};
    return {symbol.total, 1, {0, CodeTable::kNoPlace, stored, 0}};
}

Entry ac_entry(const HuffmanTable& table, std::uint32_t bits, bool is_kept) {
    const HuffmanSymbol symbol = table[bits];
    if (symbol.length == 0 || symbol.total > CodeTable::kBits) return {};
    if (symbol.is_end_of_block()) return {symbol.total, CodeTable::kEnd, {}};
    const std::uint8_t advance = sum(symbol.run, 1);
    if (symbol.size == 0 || !is_kept) return {symbol.total, advance, {}};
    const int value = huffman_value(bits, symbol);
    const auto stored = static_cast<std::int8_t>(value);
    if (stored != value) return {};
    return {symbol.total, advance, {symbol.run, CodeTable::kNoPlace, stored, 0}};
}

template <typename EntryOf>
Entries entries(EntryOf entry_of) {
    Entries made;
    for (std::uint32_t bits = 0; bits < made.size(); ++bits) made[bits] = entry_of(bits << (32 - CodeTable::kBits));
    return made;
}

Entries dc_entries(const HuffmanTable& table) {
    return entries([&](std::uint32_t bits) { return dc_entry(table, bits); });
}

Entries ac_entries(const HuffmanTable& table, bool are_kept) {
    return entries([&](std::uint32_t bits) { return ac_entry(table, bits, are_kept); });
}

} // namespace

// A distance stays so short that only the end of a block leads as far as kEnd.
bool CodeTable::Entry::can_be_followed_by(const Entry& next) const {
    if (is_empty() || is_end() || next.is_empty() || total + next.total > kBits) return false;
    const bool has_room = values.second_place == kNoPlace || next.values.first_place == kNoPlace;
    return has_room && advance + next.advance % kEnd <= kCoefficients;
}

CodeTable::Entry CodeTable::Entry::followed_by(const Entry& next) const {
    Entry both{sum(total, next.total), sum(advance, next.advance), values};
    if (next.values.first_place == kNoPlace) return both;
    const std::uint8_t place = sum(advance, next.values.first_place);
    if (values.first_place == kNoPlace)
        both.values = {place, kNoPlace, next.values.first, 0};
    else
        both.values = {values.first_place, place, values.first, next.values.first};
    return both;
}

CodeTable::CodeTable(const Lookup<Entry>& codes, const Lookup<Entry>& next) {
    constexpr std::size_t kMask = (1U << kBits) - 1;
    for (std::size_t bits = 0; bits < codes.size(); ++bits) {
        Entry entry = codes[bits];
        const auto following = [&] { return next[bits << entry.total & kMask]; };
        while (entry.can_be_followed_by(following())) entry = entry.followed_by(following());
        advances_[bits] = entry.advance;
        totals_[bits] = entry.total;
        values_[bits] = entry.values;
    }
}

BlockCodes::BlockCodes(const HuffmanTable& dc, const HuffmanTable& ac, bool keeps_ac)
    : BlockCodes(dc, ac, keeps_ac, ac_entries(ac, keeps_ac)) {}

BlockCodes::BlockCodes(const HuffmanTable& dc, const HuffmanTable& ac, bool keeps_ac, const Entries& single_ac)
    : dc_(dc), ac_(ac), keeps_ac_(keeps_ac), dc_table_(dc_entries(dc), single_ac), ac_table_(single_ac, single_ac) {}

} // namespace thumbnailer
