#include <array>
#include <bit>

#include "wire/etf.h"
#include "wire/etf_tags.h"

namespace thumbnailer::etf {

namespace {

class Encoder {
public:
    explicit Encoder(Payload& payload) : payload_(payload) {}

    void operator()(const Atom& atom) {
        const bool small = atom.name.size() <= 255;
        byte(small ? kSmallAtomUtf8 : kAtomUtf8);
        number(atom.name.size(), small ? 1 : 2);
        payload_.append(bytes_of(atom.name));
    }
    void operator()(std::int64_t value) {
        if (value >= 0 && value <= 255) {
            byte(kSmallInteger);
            number(static_cast<std::uint64_t>(value), 1);
        } else if (value == static_cast<std::int32_t>(value)) {
            byte(kInteger);
            number(static_cast<std::uint64_t>(value), 4);
        } else {
            big(value);
        }
    }
    void operator()(double value) {
        byte(kNewFloat);
        number(std::bit_cast<std::uint64_t>(value), 8);
    }
    void operator()(const Binary& binary) {
        byte(kBinary);
        number(binary.bytes.size(), 4);
        payload_.append_binary(binary.bytes);
    }
    void operator()(const List& list) {
        if (!list.items.empty()) {
            byte(kList);
            number(list.items.size(), 4);
            for (const Term& item : list.items) std::visit(*this, item.value);
        }
        byte(kNil);
    }
    void operator()(const Tuple& tuple) {
        const bool small = tuple.items.size() <= 255;
        byte(small ? kSmallTuple : kLargeTuple);
        number(tuple.items.size(), small ? 1 : 4);
        for (const Term& item : tuple.items) std::visit(*this, item.value);
    }
    void operator()(const Map& map) {
        byte(kMap);
        number(map.pairs.size(), 4);
        for (const auto& [key, value] : map.pairs) {
            std::visit(*this, key.value);
            std::visit(*this, value.value);
        }
    }

    void byte(unsigned value) { number(value, 1); }

private:
    void number(std::uint64_t value, std::size_t width) {
        std::array<std::byte, 8> bytes{};
        for (std::size_t index = 0; index < width; ++index)
            bytes[index] = static_cast<std::byte>(value >> 8 * (width - 1 - index));
        payload_.append(Bytes(bytes).first(width));
    }

    void big(std::int64_t value) {
        const bool negative = value < 0;
        std::uint64_t magnitude = static_cast<std::uint64_t>(value);
        if (negative) magnitude = 0 - magnitude;
        const std::size_t length = (static_cast<std::size_t>(std::bit_width(magnitude)) + 7) / 8;
        byte(kSmallBig);
        byte(static_cast<unsigned>(length));
        byte(negative ? 1 : 0);
        for (std::size_t index = 0; index < length; ++index) byte(magnitude >> 8 * index & 0xff);
    }

    Payload& payload_;
};

} // namespace

void encode(const Term& term, Payload& payload) {
    Encoder encoder(payload);
    encoder.byte(kVersion);
    std::visit(encoder, term.value);
}

} // namespace thumbnailer::etf
