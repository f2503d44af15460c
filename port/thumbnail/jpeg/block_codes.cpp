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

Entry ac_entry(const HuffmanTable& table, std::uint32_t bits) {
    const HuffmanSymbol symbol = table[bits];
    if (symbol.length == 0 || symbol.total > CodeTable::kBits) return {};
    if (symbol.is_end_of_block()) return {symbol.total, CodeTable::kEnd, {}};
    const std::uint8_t advance = sum(symbol.run, 1);
    if (symbol.size == 0) return {symbol.total, advance, {}};
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

SkipTable::SkipTable(const HuffmanTable& ac) {
    for (std::uint32_t bits = 0; bits < totals_.size(); ++bits) {
        const auto next = [&](int skipped) { return ac[bits << (32 - kBits + skipped)]; };
        int total = 0;
        std::size_t advance = 0;
        for (HuffmanSymbol symbol = next(0); symbol.length != 0 && total + symbol.total <= kBits;
             symbol = next(total)) {
            const std::size_t step = symbol.is_end_of_block() ? CodeTable::kEnd : symbol.run + std::size_t{1};
            if (advance + step % CodeTable::kEnd > kCoefficients) break;
            total += symbol.total;
            advance += step;
            if (total == kBits || symbol.is_end_of_block()) break;
        }
        totals_[bits] = static_cast<std::uint8_t>(total);
        advances_[bits] = total == 0 ? sum(kCoefficients, 0) : sum(advance, 0);
    }
}

BlockCodes::BlockCodes(const HuffmanTable& dc, const HuffmanTable& ac, bool keeps_ac) : single_dc_(dc), single_ac_(ac) {
    if (keeps_ac) {
        const Entries ac_codes = entries([&](std::uint32_t bits) { return ac_entry(ac, bits); });
        dc_.emplace(entries([&](std::uint32_t bits) { return dc_entry(dc, bits); }), ac_codes);
        ac_.emplace(ac_codes, ac_codes);
    } else {
        skip_.emplace(ac);
    }
}

} // namespace thumbnailer
