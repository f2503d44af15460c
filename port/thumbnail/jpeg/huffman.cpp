#include "thumbnail/jpeg/huffman.h"

#include <algorithm>

namespace thumbnailer {

namespace {

HuffmanSymbol symbol_of(std::size_t length, std::uint8_t symbol) {
    const auto size = static_cast<std::size_t>(symbol & 15);
    return {static_cast<std::uint8_t>(length), static_cast<std::uint8_t>(length + size),
            static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(symbol >> 4)};
}

} // namespace

HuffmanTable::HuffmanTable(Bytes counts, Bytes symbols) {
    const std::size_t known = std::min(symbols.size(), symbols_.size());
    std::transform(symbols.begin(), symbols.begin() + static_cast<std::ptrdiff_t>(known), symbols_.begin(),
                   [](std::byte symbol) { return static_cast<std::uint8_t>(symbol); });
    std::uint64_t begin = 0; // of the next code, as the highest of 32 bits
    std::size_t next = 0;    // its symbol
    for (std::size_t length = 1; length <= kLongest; ++length) {
        const std::uint64_t step = std::uint64_t{1} << (32 - length);
        const std::uint64_t room = std::min<std::uint64_t>(((std::uint64_t{1} << 32) - begin) / step, known - next);
        const std::uint64_t count =
            length <= counts.size() ? std::min(static_cast<std::uint64_t>(counts[length - 1]), room) : std::uint64_t{0};
        offsets_[length] = static_cast<std::int64_t>(next) - static_cast<std::int64_t>(begin / step);
        for (std::uint64_t index = 0; index < count && length <= kShort; ++index)
            std::fill_n(short_.begin() + static_cast<std::ptrdiff_t>((begin + index * step) >> (32 - kShort)),
                        1U << (kShort - length), symbol_of(length, symbols_[next + index]));
        begin += count * step;
        next += count;
        limits_[length] = begin;
    }
}

HuffmanSymbol HuffmanTable::long_symbol(std::uint32_t bits) const {
    for (std::size_t length = kShort + 1; length <= kLongest; ++length) {
        if (bits >= limits_[length]) continue;
        const auto code = static_cast<std::int64_t>(bits >> (32 - length));
        return symbol_of(length, symbols_[static_cast<std::size_t>(code + offsets_[length])]);
    }
    return {};
}

} // namespace thumbnailer
