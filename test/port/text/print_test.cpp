#include "text/print.h"
#include "text/reader/parse.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <deque>
#include <random>
#include <vector>

#include "base/term_limits.h"
#include "base/utf8.h"

using namespace thumbnailer;
using text::kExact;
using text::parse;
using text::print;

TEST_CASE("print: for people, a binary is shown when it is printable and has at most 200 bytes") {
    CHECK(print(binary("hello")) == "<<\"hello\">>");
    CHECK(print(binary("héllo")) == "<<\"héllo\"/utf8>>");
    CHECK(print(binary("")) == "<<>>");
    CHECK(print(binary(std::string_view("\xff\xd8", 2))) == "<<2 bytes>>");
    const std::string long_text(201, 'x');
    CHECK(print(binary(std::string_view(long_text).substr(1))) == "<<\"" + long_text.substr(1) + "\">>");
    CHECK(print(binary(long_text)) == "<<201 bytes>>");
    CHECK(print(binary(long_text), kExact) == "<<\"" + long_text + "\">>");
    CHECK(print(binary(std::string_view("\xff\xd8", 2)), kExact) == "<<255,216>>");
}

TEST_CASE("print: nothing that a client sends reaches a terminal unescaped") {
    CHECK(print(binary("\x1b[2J\n")) == R"(<<"\e[2J\n">>)");
    CHECK(print(binary("a\u202eb")) == R"(<<"a\x{202e}b"/utf8>>)");
    CHECK(print(atom("\x1b]0;x\x07")) == R"('\e]0;x\x{7}')");
    CHECK(print(atom("a\u009bb")) == R"('a\x{9b}b')");
    CHECK(print(atom("\xff")) == R"('\x{ff}')");
}

TEST_CASE("print: lists are shown as strings where Erlang's ~p does") {
    CHECK(print(List{{integer('h'), integer('i')}}) == "\"hi\"");
    CHECK(print(List{{integer(255), integer('"')}}) == "\"ÿ\\\"\"");
    CHECK(print(List{{integer(1), integer('i')}}) == "[1, 105]");
    CHECK(print(List{{integer(0x20AC)}}) == "[8364]");
    CHECK(print(List{{integer('h'), Term(1.0)}}) == "[104, 1.0]");
}

TEST_CASE("print: a term that passes the last column goes on over several lines") {
    const auto read = parse(R"({ok, 7, #{source => #{format => jpeg, width => 2725, height => 2225}, outputs => [
        {ok, #{format => webp, width => 200, height => 163, bytes => 5342, data => <<255,216>>}},
        {error, #{reason => encode_failed, message => <<"no">>}}]}}.)");
    REQUIRE(read.has_value());
    CHECK(print(read->terms().front(), {.columns = 90}) == R"({ok, 7,
 #{source => #{format => jpeg, width => 2725, height => 2225},
   outputs => [{ok,
                #{format => webp,
                  width => 200,
                  height => 163,
                  bytes => 5342,
                  data => <<2 bytes>>}},
               {error, #{reason => encode_failed, message => <<"no">>}}]}})");
    const auto numbers = parse("[1001, 1002, 1003, 1004, 1005, 1006]", nullptr);
    REQUIRE(numbers.has_value());
    CHECK(print(numbers->terms().front(), {.columns = 20}) == "[1001, 1002, 1003,\n 1004, 1005, 1006]");
    CHECK(print(numbers->terms().front(), {.columns = 0}) == "[1001, 1002, 1003, 1004, 1005, 1006]");
}

namespace {

// Terms of every kind, small and odd values more often than others. The strings live in `kept`.
class RandomTerms {
public:
    explicit RandomTerms(unsigned seed) : random_(seed) {}

    Term term(std::size_t depth) {
        switch (up_to(depth < 5 ? 7 : 4)) {
        case 0: return Atom{text(8)};
        case 1: return integer(static_cast<std::int64_t>(random_()) >> up_to(63));
        case 2: return real();
        case 3: return binary(text(300));
        case 4: return binary(bytes());
        case 5: return List{items(depth)};
        case 6: return Tuple{items(depth)};
        default: return map(depth);
        }
    }

private:
    std::size_t up_to(std::size_t most) { return random_() % (most + 1); }

    Term real() {
        double value = 0;
        do {
            const std::uint64_t bits = random_();
            value = up_to(1) == 0 ? std::bit_cast<double>(bits) : static_cast<double>(bits >> up_to(63)) / 8;
        } while (!std::isfinite(value));
        return value;
    }
    std::string_view text(std::size_t longest) {
        std::string& text = kept_.emplace_back();
        for (std::size_t left = up_to(up_to(longest)); left > 0; --left) {
            constexpr std::uint64_t kLasts[] = {0x20, 0x7F, 0xFF, 0x2100, 0x10FFFF};
            std::uint64_t point = up_to(kLasts[up_to(4)]);
            if (!is_code_point(point)) point = '\'';
            append_utf8(static_cast<char32_t>(point), text);
        }
        return text;
    }
    std::string_view bytes() {
        std::string& bytes = kept_.emplace_back();
        for (std::size_t left = up_to(20); left > 0; --left) bytes += static_cast<char>(random_());
        return bytes;
    }
    std::vector<Term> items(std::size_t depth) {
        std::vector<Term> items;
        for (std::size_t left = up_to(4); left > 0; --left) items.push_back(term(depth + 1));
        return items;
    }
    Term map(std::size_t depth) {
        Map map;
        for (Term& key : items(depth)) map.pairs.emplace_back(std::move(key), term(depth + 1));
        while (has_duplicate_key(map)) map.pairs.pop_back();
        return map;
    }

    std::mt19937_64 random_;
    std::deque<std::string> kept_;
};

} // namespace

TEST_CASE("print: any term printed in full is read back as the same term, on one line and on many") {
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        RandomTerms random(seed);
        const Term term = random.term(1);
        for (const std::size_t columns : {0, 1, 40}) {
            const std::string printed = print(term, {.columns = columns, .whole_binaries = true});
            CAPTURE(seed);
            CAPTURE(printed);
            const auto read = parse(printed + ".", nullptr);
            REQUIRE_MESSAGE(read.has_value(), read.error().message);
            REQUIRE(read->terms().size() == 1);
            REQUIRE(read->terms().front() == term);
        }
    }
}
