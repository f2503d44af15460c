#include "svg/inflate.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace thumbnailer {

namespace {

constexpr std::size_t kMaxBits = 15; // of a code

// Least significant bit first.
class BitReader {
public:
    explicit BitReader(Bytes bytes) : bytes_(bytes) {}

    std::optional<std::uint32_t> bits(unsigned count) {
        while (held_ < count) {
            if (at_ == bytes_.size()) return std::nullopt;
            buffer_ |= static_cast<std::uint32_t>(bytes_[at_++]) << held_;
            held_ += 8;
        }
        const std::uint32_t value = buffer_ & ((1U << count) - 1);
        buffer_ >>= count;
        held_ -= count;
        return value;
    }
    // The first byte that was not read.
    std::size_t position() const { return at_; }
    // Skips the rest of the byte.
    void align() { buffer_ = held_ = 0; }
    std::optional<Bytes> take(std::size_t count) {
        if (count > bytes_.size() - at_) return std::nullopt;
        at_ += count;
        return bytes_.subspan(at_ - count, count);
    }

private:
    Bytes bytes_;
    std::size_t at_ = 0;
    std::uint32_t buffer_ = 0;
    unsigned held_ = 0;
};

// Canonical Huffman codes: how many there are of each length, and their symbols in order.
struct Codes {
    std::array<std::uint16_t, kMaxBits + 1> counts{};
    std::array<std::uint16_t, 288> symbols{};

    explicit Codes(std::span<const std::uint8_t> lengths) {
        for (const std::uint8_t length : lengths) ++counts[length];
        counts[0] = 0;
        std::array<std::uint16_t, kMaxBits + 2> places{};
        for (std::size_t length = 1; length <= kMaxBits; ++length)
            places[length + 1] = static_cast<std::uint16_t>(places[length] + counts[length]);
        for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol)
            if (lengths[symbol] != 0) symbols[places[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
    }

    // False if there are more codes than their lengths allow.
    bool is_possible() const {
        std::int32_t left = 1;
        for (std::size_t length = 1; length <= kMaxBits; ++length) {
            left = left * 2 - counts[length];
            if (left < 0) return false;
        }
        return true;
    }

    std::optional<std::uint16_t> read(BitReader& reader) const {
        std::int32_t code = 0, first = 0, index = 0;
        for (std::size_t length = 1; length <= kMaxBits; ++length) {
            const auto bit = reader.bits(1);
            if (!bit) return std::nullopt;
            code |= static_cast<std::int32_t>(*bit);
            const std::int32_t count = counts[length];
            if (code - first < count) return symbols[static_cast<std::size_t>(index + code - first)];
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        return std::nullopt;
    }
};

class Inflater {
public:
    Inflater(Bytes deflated, std::size_t limit) : reader_(deflated), limit_(limit) {}

    Inflated run() {
        for (bool last = false; !last;) {
            const auto final_block = reader_.bits(1);
            const auto kind = reader_.bits(2);
            if (!kind) return damaged();
            last = *final_block == 1;
            const bool read = *kind == 0 ? stored() : *kind == 1 ? fixed() : *kind == 2 && dynamic();
            if (full_) return {Inflated::End::at_limit, std::move(made_), 0};
            if (!read) return damaged();
        }
        reader_.align();
        return {Inflated::End::whole, std::move(made_), reader_.position()};
    }

private:
    Inflated damaged() { return {Inflated::End::damaged, std::move(made_), 0}; }

    bool put(std::byte byte) {
        full_ = made_.size() == limit_;
        if (!full_) made_.push_back(byte);
        return !full_;
    }

    bool stored() {
        reader_.align();
        const auto head = reader_.take(4);
        if (!head) return false;
        const auto length = static_cast<std::size_t>((*head)[0]) | static_cast<std::size_t>((*head)[1]) << 8;
        const auto check = static_cast<std::size_t>((*head)[2]) | static_cast<std::size_t>((*head)[3]) << 8;
        const auto bytes = length == (check ^ 0xffff) ? reader_.take(length) : std::nullopt;
        if (!bytes) return false;
        for (const std::byte byte : *bytes)
            if (!put(byte)) return false;
        return true;
    }

    bool fixed() {
        std::array<std::uint8_t, 288> lengths{};
        for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol)
            lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
        std::array<std::uint8_t, 30> distances{};
        distances.fill(5);
        return compressed(Codes(lengths), Codes(distances));
    }

    bool dynamic() {
        const auto literals = reader_.bits(5), distances = reader_.bits(5), codes = reader_.bits(4);
        if (!codes || *literals > 29 || *distances > 29) return false;
        constexpr std::array<std::uint8_t, 19> kOrder{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
        std::array<std::uint8_t, 19> code_lengths{};
        for (std::size_t index = 0; index < *codes + 4; ++index) {
            const auto length = reader_.bits(3);
            if (!length) return false;
            code_lengths[kOrder[index]] = static_cast<std::uint8_t>(*length);
        }
        std::array<std::uint8_t, 288 + 32> lengths{};
        const std::size_t first = *literals + 257;
        const Codes of_lengths(code_lengths);
        if (!of_lengths.is_possible() || !read_lengths(of_lengths, std::span(lengths).first(first + *distances + 1)))
            return false;
        return compressed(Codes(std::span(lengths).first(first)),
                          Codes(std::span(lengths).subspan(first, *distances + 1)));
    }

    bool read_lengths(const Codes& codes, std::span<std::uint8_t> lengths) {
        for (std::size_t at = 0; at < lengths.size();) {
            const auto symbol = codes.read(reader_);
            if (!symbol) return false;
            if (*symbol < 16) {
                lengths[at++] = static_cast<std::uint8_t>(*symbol);
                continue;
            }
            if (*symbol == 16 && at == 0) return false;
            const auto more = reader_.bits(*symbol == 16 ? 2 : *symbol == 17 ? 3 : 7);
            const std::size_t count = (*symbol == 18 ? 11 : 3) + more.value_or(0);
            if (!more || count > lengths.size() - at) return false;
            const std::uint8_t repeated = *symbol == 16 ? lengths[at - 1] : std::uint8_t{0};
            for (std::size_t index = 0; index < count; ++index) lengths[at++] = repeated;
        }
        return true;
    }

    bool compressed(const Codes& literals, const Codes& distances) {
        if (!literals.is_possible() || !distances.is_possible()) return false;
        for (;;) {
            const auto symbol = literals.read(reader_);
            if (!symbol) return false;
            if (*symbol == 256) return true;
            if (*symbol < 256 ? !put(static_cast<std::byte>(*symbol)) : !copy(*symbol - 257U, distances)) return false;
        }
    }

    bool copy(std::size_t kind, const Codes& distances) {
        constexpr std::array<std::uint16_t, 29> kLengths{3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                         15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                         67, 83, 99, 115, 131, 163, 195, 227, 258};
        constexpr std::array<std::uint8_t, 29> kLengthBits{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                           2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
        constexpr std::array<std::uint16_t, 30> kDistances{
            1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
            193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
        if (kind >= kLengths.size()) return false;
        const auto more = reader_.bits(kLengthBits[kind]);
        const auto place = more ? distances.read(reader_) : std::nullopt;
        if (!place || *place >= kDistances.size()) return false;
        const auto further = reader_.bits(*place < 4 ? 0 : *place / 2 - 1U);
        if (!further) return false;
        const std::size_t distance = kDistances[*place] + *further;
        if (distance > made_.size()) return false;
        for (std::size_t index = 0; index < kLengths[kind] + *more; ++index)
            if (!put(made_[made_.size() - distance])) return false;
        return true;
    }

    BitReader reader_;
    std::size_t limit_;
    std::vector<std::byte> made_;
    bool full_ = false;
};

} // namespace

Inflated inflate(Bytes deflated, std::size_t limit) { return Inflater(deflated, limit).run(); }

} // namespace thumbnailer
