// Tables of what the next bits of a block mean. A lookup decodes as many codes as it can: their coefficients and the
// place of the next one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "thumbnail/jpeg/huffman.h"

namespace thumbnailer {

constexpr std::size_t kCoefficients = 64; // of a block

class alignas(64) CodeTable {
public:
    // The number of bits that a lookup sees. More bits decode more codes, but then the first-level cache no longer
    // holds the tables of a whole MCU.
    static constexpr int kBits = 11;
    static constexpr std::size_t kEnd = 2 * kCoefficients;
    static constexpr std::size_t kNoPlace = kEnd;

    // At most two coefficients; kNoPlace: none.
    struct Values {
        std::uint8_t first_place = kNoPlace; // from the place of the lookup
        std::uint8_t second_place = kNoPlace;
        std::int8_t first = 0;
        std::int8_t second = 0;
    };
    struct Entry {
        std::uint8_t total = 0;               // bits; 0: the lookup decodes nothing
        std::uint8_t advance = kCoefficients; // the distance to the next coefficient; at least kEnd: the block ends
        Values values;

        bool is_empty() const { return total == 0; }
        bool is_end() const { return advance >= kEnd; }
        bool can_be_followed_by(const Entry& next) const;
        Entry followed_by(const Entry& next) const;
    };
    template <typename Field>
    using Lookup = std::array<Field, std::size_t{1} << kBits>;

    // `codes`: entries of one code each; `next`: of the codes that come after those.
    CodeTable(const Lookup<Entry>& codes, const Lookup<Entry>& next);

    std::size_t advance(std::uint32_t bits) const { return advances_[bits]; }
    int total(std::uint32_t bits) const { return totals_[bits]; }
    Values values(std::uint32_t bits) const { return values_[bits]; }

private:
    // Apart from each other, because the next lookup waits for the first two only.
    Lookup<std::uint8_t> advances_;
    Lookup<std::uint8_t> totals_;
    Lookup<Values> values_;
};

// The same where only the first coefficient of a block is wanted: a lookup skips as many codes as it can.
class SkipTable {
public:
    // One more than for coefficients, because the tables are smaller.
    static constexpr int kBits = 12;

    explicit SkipTable(const HuffmanTable& ac);

    std::size_t advance(std::uint32_t bits) const { return advances_[bits]; }
    int total(std::uint32_t bits) const { return totals_[bits]; }

private:
    std::array<std::uint8_t, std::size_t{1} << kBits> advances_;
    std::array<std::uint8_t, std::size_t{1} << kBits> totals_;
};

// The codes of the blocks of one component.
class BlockCodes {
public:
    // Without `keeps_ac`, AC coefficients are skipped.
    BlockCodes(const HuffmanTable& dc, const HuffmanTable& ac, bool keeps_ac);

    bool keeps_ac() const { return !skip_; }
    // Those of kept coefficients.
    const CodeTable& dc() const { return *dc_; }
    const CodeTable& ac() const { return *ac_; }
    // Those of skipped ones.
    const SkipTable& skip() const { return *skip_; }
    // One code at a time.
    const HuffmanTable& single_dc() const { return single_dc_; }
    const HuffmanTable& single_ac() const { return single_ac_; }

private:
    HuffmanTable single_dc_;
    HuffmanTable single_ac_;
    std::optional<CodeTable> dc_;
    std::optional<CodeTable> ac_;
    std::optional<SkipTable> skip_;
};

} // namespace thumbnailer
