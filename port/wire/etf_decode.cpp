#include "wire/etf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "base/byte_reader.h"
#include "base/term_limits.h"
#include "base/utf8.h"
#include "wire/etf_tags.h"

namespace thumbnailer::etf {

namespace {

struct RefusedTag {
    unsigned tag;
    std::string_view name;
};
constexpr std::array kRefused{
    RefusedTag{68, "a distribution header"},
    RefusedTag{69, "a distribution fragment"},
    RefusedTag{77, "a bit string"},
    RefusedTag{80, "a compressed term"},
    RefusedTag{82, "an atom cache reference"},
    RefusedTag{88, "a pid"},
    RefusedTag{89, "a port"},
    RefusedTag{90, "a reference"},
    RefusedTag{99, "a float in text form"},
    RefusedTag{101, "a reference"},
    RefusedTag{102, "a port"},
    RefusedTag{103, "a pid"},
    RefusedTag{111, "an integer beyond 64 bits"},
    RefusedTag{112, "a fun"},
    RefusedTag{113, "an external fun"},
    RefusedTag{114, "a reference"},
    RefusedTag{117, "a fun"},
    RefusedTag{120, "a port"},
    RefusedTag{121, "a local term"},
};

class Decoder {
public:
    explicit Decoder(Bytes payload) : reader_(payload) {}

    Result<Term> whole() {
        auto version = reader_.unsigned_of(1);
        if (!version || *version != kVersion) return refuse(0, "the first byte must be 131, the version of the format");
        auto term = next(1);
        if (term && reader_.left() != 0)
            return refuse(reader_.position(), std::to_string(reader_.left()) + " bytes follow the term");
        return term;
    }

private:
    Result<Term> next(std::size_t depth) {
        const std::size_t at = reader_.position();
        if (depth > kMaxDepth) return refuse(at, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
        if (++nodes_ > kMaxNodes) return too_many(at);
        const auto tag = reader_.unsigned_of(1);
        if (!tag) return cut_short(at);
        switch (*tag) {
        case kSmallInteger: return small_integer(at);
        case kInteger: return integer(at);
        case kSmallBig: return big(at);
        case kNewFloat: return real(at);
        case kAtomLatin1: return atom(at, 2, false);
        case kSmallAtomLatin1: return atom(at, 1, false);
        case kAtomUtf8: return atom(at, 2, true);
        case kSmallAtomUtf8: return atom(at, 1, true);
        case kBinary: return binary(at);
        case kNil: return Term(List{});
        case kString: return string(at);
        case kList: return list(at, depth);
        case kSmallTuple: return tuple(at, 1, depth);
        case kLargeTuple: return tuple(at, 4, depth);
        case kMap: return map(at, depth);
        default: return unknown(at, static_cast<unsigned>(*tag));
        }
    }

    Result<Term> small_integer(std::size_t at) {
        const auto value = reader_.unsigned_of(1);
        if (!value) return cut_short(at);
        return Term(static_cast<std::int64_t>(*value));
    }

    Result<Term> integer(std::size_t at) {
        const auto value = reader_.unsigned_of(4);
        if (!value) return cut_short(at);
        return Term(std::int64_t{static_cast<std::int32_t>(*value)});
    }

    // Sign and magnitude, least significant byte first; zero bytes may pad it.
    Result<Term> big(std::size_t at) {
        const auto length = reader_.unsigned_of(1);
        const auto sign = reader_.unsigned_of(1);
        if (!length || !sign) return cut_short(at);
        const auto digits = reader_.take(*length);
        if (!digits) return cut_short(at);
        std::uint64_t magnitude = 0;
        for (std::size_t index = digits->size(); index-- > 0;) {
            if (magnitude >> 56 != 0) return refuse(at, "tag 110: an integer beyond 64 bits");
            magnitude = magnitude << 8 | static_cast<std::uint64_t>((*digits)[index]);
        }
        constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
        if (*sign > 1) return refuse(at, "tag 110: a sign of " + std::to_string(*sign));
        if (magnitude > kMost + *sign) return refuse(at, "tag 110: an integer beyond 64 bits");
        return Term(static_cast<std::int64_t>(*sign == 1 ? 0 - magnitude : magnitude));
    }

    Result<Term> real(std::size_t at) {
        const auto bits = reader_.unsigned_of(8);
        if (!bits) return cut_short(at);
        const double value = std::bit_cast<double>(*bits);
        if (!std::isfinite(value)) return refuse(at, "tag 70: a float that is not finite");
        return Term(value);
    }

    Result<Term> atom(std::size_t at, std::size_t width, bool utf8) {
        const auto length = reader_.unsigned_of(width);
        if (!length) return cut_short(at);
        const auto name = reader_.take(*length);
        if (!name) return cut_short(at);
        const std::string_view text = text_of(*name);
        if (!utf8 && std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 127; }))
            return recoded(at, text);
        if (utf8 && first_fault_in_utf8(text)) return refuse(at, "an atom that is not UTF-8");
        return Term(Atom{text});
    }

    // OTP 25 and earlier send atoms in Latin-1. Beyond ASCII the UTF-8 name must be built, because it is not in the
    // frame.
    static Result<Term> recoded(std::size_t at, std::string_view latin1) {
        constexpr std::size_t kMostCharacters = 255; // Erlang's own limit; the UTF-8 of more might be too long to send
        if (latin1.size() > kMostCharacters)
            return refuse(at, "an atom of " + std::to_string(latin1.size()) + " characters");
        std::string name;
        for (const char c : latin1) append_utf8(static_cast<unsigned char>(c), name);
        auto owned = std::make_shared<const std::string>(std::move(name));
        const std::string_view view = *owned;
        return Term(Atom{view, std::move(owned)});
    }

    Result<Term> binary(std::size_t at) {
        const auto length = reader_.unsigned_of(4);
        if (!length) return cut_short(at);
        const auto bytes = reader_.take(*length);
        if (!bytes) return cut_short(at);
        return Term(Binary{*bytes});
    }

    // Erlang's encoding of a list of bytes, such as [255, 255, 255].
    Result<Term> string(std::size_t at) {
        const auto length = reader_.unsigned_of(2);
        if (!length) return cut_short(at);
        const auto bytes = reader_.take(*length);
        if (!bytes) return cut_short(at);
        if ((nodes_ += bytes->size()) > kMaxNodes) return too_many(at);
        List list;
        for (const std::byte byte : *bytes) list.items.emplace_back(static_cast<std::int64_t>(byte));
        return Term(std::move(list));
    }

    Result<Term> list(std::size_t at, std::size_t depth) {
        const auto count = reader_.unsigned_of(4);
        if (!count) return cut_short(at);
        auto items = sequence(at, *count, depth);
        if (!items) return std::move(items).error();
        const auto tail = reader_.unsigned_of(1);
        if (!tail) return cut_short(at);
        if (*tail != kNil) return refuse(at, "tag 108: an improper list");
        return Term(List{std::move(*items)});
    }

    Result<Term> tuple(std::size_t at, std::size_t width, std::size_t depth) {
        const auto count = reader_.unsigned_of(width);
        if (!count) return cut_short(at);
        auto items = sequence(at, *count, depth);
        if (!items) return std::move(items).error();
        return Term(Tuple{std::move(*items)});
    }

    Result<Term> map(std::size_t at, std::size_t depth) {
        const auto count = reader_.unsigned_of(4);
        if (!count) return cut_short(at);
        if (*count > reader_.left() / 2) return too_few(at, *count);
        auto items = sequence(at, *count * 2, depth);
        if (!items) return std::move(items).error();
        Map map;
        for (std::size_t index = 0; index < items->size(); index += 2)
            map.pairs.emplace_back(std::move((*items)[index]), std::move((*items)[index + 1]));
        if (has_duplicate_key(map)) return refuse(at, "tag 116: a key stands twice in a map");
        return Term(std::move(map));
    }

    // Every term has at least one byte, so a count larger than the bytes left is invalid: refuse it before allocation.
    Result<std::vector<Term>> sequence(std::size_t at, std::uint64_t count, std::size_t depth) {
        if (count > reader_.left()) return too_few(at, count);
        if (count > kMaxNodes) return too_many(at);
        std::vector<Term> items;
        items.reserve(count);
        for (std::uint64_t index = 0; index < count; ++index) {
            auto item = next(depth + 1);
            if (!item) return std::move(item).error();
            items.push_back(std::move(*item));
        }
        return items;
    }

    static Failure refuse(std::size_t at, const std::string& what) {
        return {Reason::bad_term, "external term format: " + what + " (at byte " + std::to_string(at) + ")"};
    }
    static Failure cut_short(std::size_t at) { return refuse(at, "the term is cut short"); }
    static Failure too_few(std::size_t at, std::uint64_t count) {
        return refuse(at, "a count of " + std::to_string(count) + " is more than the bytes left");
    }
    static Failure too_many(std::size_t at) {
        return refuse(at, "more than " + std::to_string(kMaxNodes) + " terms in one");
    }
    static Failure unknown(std::size_t at, unsigned tag) {
        const auto known = std::ranges::find(kRefused, tag, &RefusedTag::tag);
        const std::string name =
            known == kRefused.end() ? " is not one of the format's" : ": " + std::string(known->name) + " is refused";
        return refuse(at, "tag " + std::to_string(tag) + name);
    }

    ByteReader reader_;
    std::size_t nodes_ = 0;
};

} // namespace

Result<Term> decode(Bytes payload) { return Decoder(payload).whole(); }

} // namespace thumbnailer::etf
