#include "wire/etf.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <random>
#include <string>

#include "base/term_limits.h"
#include "text/print.h"
#include "text/reader/parse.h"

using namespace thumbnailer;

namespace {

std::string encoded(const Term& term) {
    Payload payload;
    etf::encode(term, payload);
    return payload.flat();
}

// A request with one of everything that a client may send.
const std::string kEverything =
    R"({make, 300, #{outputs => [#{width => 200, format => webp, big => 4294967296, neg => -5, ratio => 0.5,
        <<"to">> => <<"a.webp">>, list => [1, 2, 255], none => [], nested => [[a], {b, [c]}]}]}, {bytes, <<"image">>}})";

std::string everything() { return encoded(text::parse(kEverything)->terms().front()); }

// Terms of every kind, nested, from a seed.
class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    Term term(int depth) {
        const int kind = pick(depth > 0 ? 8 : 5);
        switch (kind) {
        case 0: return atom(names_[static_cast<std::size_t>(pick(4))]);
        case 1: return integer(static_cast<std::int64_t>(random_()) >> pick(64));
        case 2: return Term(static_cast<double>(static_cast<std::int64_t>(random_())) / 1024.0);
        case 3: return binary(text_.substr(static_cast<std::size_t>(pick(20)), static_cast<std::size_t>(pick(20))));
        case 4: return Term(List{});
        case 5: return Term(List{items(depth)});
        case 6: return Term(Tuple{items(depth)});
        default: return Term(map(depth));
        }
    }

private:
    int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
    std::vector<Term> items(int depth) {
        std::vector<Term> all;
        for (int count = pick(5); count > 0; --count) all.push_back(term(depth - 1));
        return all;
    }
    Map map(int depth) {
        Map map;
        for (int key = pick(5); key > 0; --key) map.pairs.emplace_back(integer(key), term(depth - 1));
        return map;
    }

    std::mt19937_64 random_;
    std::array<std::string_view, 4> names_{"ok", "", "true", "nul\xc3\xa4"};
    std::string_view text_{"\0\x01\xff bytes that are not text \x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b", 40};
};

} // namespace

TEST_CASE("etf: generated terms come back as they were") {
    Generator generator(1);
    for (int round = 0; round < 2000; ++round) {
        const Term term = generator.term(4);
        const std::string bytes = encoded(term);
        const auto decoded = etf::decode(bytes_of(bytes));
        REQUIRE(decoded);
        REQUIRE_MESSAGE(*decoded == term, text::print(term, text::kExact));
    }
}

TEST_CASE("etf: the ends of the integers come back as they were") {
    using Limits = std::numeric_limits<std::int64_t>;
    for (const std::int64_t value : {Limits::min(), Limits::min() + 1, std::int64_t{-2147483649}, std::int64_t{-1},
                                     std::int64_t{255}, std::int64_t{256}, std::int64_t{2147483648}, Limits::max()}) {
        const std::string bytes = encoded(integer(value));
        CHECK(*etf::decode(bytes_of(bytes)) == integer(value));
    }
}

TEST_CASE("etf: a request cut at any byte is refused") {
    const std::string bytes = everything();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        // In memory of exactly this length, so that a sanitizer sees a read beyond it.
        const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
        const auto decoded = etf::decode(bytes_of(std::string_view(cut.data(), cut.size())));
        REQUIRE(!decoded);
        CHECK(decoded.error().reason == Reason::bad_term);
    }
}

TEST_CASE("etf: a request with any byte changed is a term or refused, and what it is can be sent again") {
    const std::string bytes = everything();
    for (std::size_t at = 0; at < bytes.size(); ++at)
        for (const unsigned flip : {1U, 2U, 4U, 8U, 16U, 32U, 64U, 128U, 255U}) {
            std::string changed = bytes;
            changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
            const auto decoded = etf::decode(bytes_of(changed));
            if (!decoded) continue;
            const std::string again = encoded(*decoded);
            REQUIRE(*etf::decode(bytes_of(again)) == *decoded);
        }
}

TEST_CASE("etf: a large binary is referenced when somebody keeps it, and copied when nobody does") {
    const std::string image(10'000, 'x');
    Payload copied;
    etf::encode(tuple(atom("ok"), binary(image)), copied);
    CHECK(copied.pieces() == 1);
    Payload payload;
    payload.keep(nullptr, bytes_of(image));
    etf::encode(tuple(atom("ok"), binary(image)), payload);
    REQUIRE(payload.pieces() == 2);
    CHECK(static_cast<const void*>(payload.piece(1).data()) == image.data());
}
