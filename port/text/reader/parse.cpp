// A recursive descent parser, with one method for each kind of term.
#include <algorithm>
#include <limits>

#include "base/term_limits.h"
#include "base/utf8.h"
#include "text/reader/file_reference.h"
#include "text/reader/parse.h"
#include "text/reader/scanner.h"

namespace thumbnailer::text {

namespace {

std::string position_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
    const std::string_view on_line = before.substr(before.rfind('\n') + 1); // npos + 1 is 0
    const auto column = 1 + std::ranges::count_if(on_line, [](char c) { return (c & 0xC0) != 0x80; });
    return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
}

std::string described(const Token& token) {
    switch (token.kind) {
    case TokenKind::atom: return "an atom";
    case TokenKind::string: return "a string";
    case TokenKind::integer: return "an integer";
    case TokenKind::real: return "a float";
    case TokenKind::variable: return "the variable " + token.text.substr(0, 40);
    case TokenKind::end: return "the end of the text";
    default: return "`" + token.text + "`";
    }
}

class Parser {
public:
    Parser(std::string_view text, const FileReader& files) : text_(text), files_(files), scanner_(text) {}

    Result<OwnedTerms> all() {
        if (const auto fault = first_fault_in_utf8(text_)) return fail(*fault, "the text is not UTF-8");
        for (advance(); token_.kind != TokenKind::end || owned_.terms().empty();) {
            nodes_ = 0;
            auto one = term(1);
            if (!one) return std::move(one).error();
            owned_.add(std::move(*one));
            const bool alone = token_.kind == TokenKind::end && owned_.terms().size() == 1;
            if (!alone && !accept(".")) return expected("`.`");
        }
        return std::move(owned_);
    }

private:
    Result<Term> term(std::size_t depth) {
        if (depth > kMaxDepth) return fail("nested deeper than " + std::to_string(kMaxDepth) + " levels");
        if (auto counted = count(1); !counted) return std::move(counted).error();
        switch (token_.kind) {
        case TokenKind::atom: return Term(Atom{owned_.keep(take().text)});
        case TokenKind::string: return string();
        case TokenKind::integer:
        case TokenKind::real: return number(false);
        case TokenKind::variable: return expected("a term; an atom begins with a small letter or stands in ''");
        default: break;
        }
        if (accept("-")) return number(true);
        if (accept("+")) return number(false);
        if (accept("[")) return list(depth);
        if (is("{")) return tuple(depth);
        if (accept("#")) return map(depth);
        if (accept("<<")) return binary();
        return expected("a term");
    }

    Result<Term> number(bool negative) {
        if (token_.kind == TokenKind::real) {
            const double value = take().real;
            return Term(negative ? -value : value);
        }
        if (token_.kind != TokenKind::integer) return expected("a number");
        if (token_.magnitude > kMostPositive + (negative ? 1 : 0)) return fail("the integer is beyond 64 bits");
        const std::uint64_t magnitude = take().magnitude;
        return Term(static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude));
    }

    // As in Erlang, adjacent strings are one string.
    Result<Term> string() {
        List list;
        while (token_.kind == TokenKind::string) {
            std::string_view rest = token_.text;
            while (const auto point = first_code_point(rest)) {
                if (auto counted = count(1); !counted) return std::move(counted).error();
                list.items.emplace_back(static_cast<std::int64_t>(point->value));
                rest.remove_prefix(point->bytes);
            }
            advance();
        }
        return Term(std::move(list));
    }

    Result<Term> list(std::size_t depth) {
        List list;
        const auto items = elements("]", [&] { return item(list.items, depth); });
        if (!items) return items.error();
        return Term(std::move(list));
    }

    Result<Term> tuple(std::size_t depth) {
        const std::size_t begin = take().offset;
        Tuple tuple;
        const auto items = elements("}", [&] { return item(tuple.items, depth); });
        if (!items) return items.error();
        if (files_ && tuple.items.size() == 2)
            if (const Atom* tag = tuple.items[0].as<Atom>(); tag != nullptr && tag->name == "file")
                return file(begin, tuple.items[1]);
        return Term(std::move(tuple));
    }

    Result<Done> item(std::vector<Term>& items, std::size_t depth) {
        auto one = term(depth + 1);
        if (!one) return std::move(one).error();
        items.push_back(std::move(*one));
        if (is("|")) return fail("a list with a tail ([... | Tail]) is not accepted: write all of its elements");
        return Done{};
    }

    Result<Term> map(std::size_t depth) {
        if (!accept("{")) return expected("`{` after `#`");
        Map map;
        const std::size_t begin = token_.offset;
        const auto pairs = elements("}", [&] { return pair(map, depth); });
        if (!pairs) return pairs.error();
        if (has_duplicate_key(map)) return fail(begin, "a key stands twice in this map");
        return Term(std::move(map));
    }

    Result<Done> pair(Map& map, std::size_t depth) {
        auto key = term(depth + 1);
        if (!key) return std::move(key).error();
        if (!accept("=>")) return expected("`=>`");
        auto value = term(depth + 1);
        if (!value) return std::move(value).error();
        map.pairs.emplace_back(std::move(*key), std::move(*value));
        return Done{};
    }

    Result<Term> binary() {
        std::string bytes;
        const auto segments = elements(">>", [&] { return segment(bytes); });
        if (!segments) return segments.error();
        return Term(Binary{bytes_of(owned_.keep(std::move(bytes)))});
    }

    // "text", 255, 16#ff or $a, each also with /utf8.
    Result<Done> segment(std::string& bytes) {
        if (token_.kind != TokenKind::string && token_.kind != TokenKind::integer)
            return expected("a string or an integer from 0 to 255");
        const Token value = take();
        if (token_.kind == TokenKind::atom && token_.text == "bytes")
            return fail("a binary of which only the size was printed: its bytes are not known");
        if (is(":")) return fail("the size of a segment is not accepted: each has 8 bits");
        const bool utf8 = accept("/");
        if (utf8 && (token_.kind != TokenKind::atom || token_.text != "utf8")) return expected("`utf8` after `/`");
        if (utf8) advance();
        if (value.kind == TokenKind::integer) return append(value.offset, value.magnitude, utf8, bytes);
        for (std::string_view rest = value.text; const auto point = first_code_point(rest);) {
            if (auto one = append(value.offset, point->value, utf8, bytes); !one) return one;
            rest.remove_prefix(point->bytes);
        }
        return Done{};
    }

    Result<Done> append(std::size_t at, std::uint64_t value, bool utf8, std::string& bytes) const {
        if (utf8 && !is_code_point(value)) return fail(at, std::to_string(value) + " is no Unicode character");
        if (!utf8 && value > 255)
            return fail(at, std::to_string(value) + " does not fit a byte; /utf8 makes several of a character");
        if (utf8)
            append_utf8(static_cast<char32_t>(value), bytes);
        else
            bytes += static_cast<char>(value);
        return Done{};
    }

    Result<Term> file(std::size_t begin, const Term& path) {
        const auto name = path_of(path);
        if (!name) return fail(begin, "{file, Path} needs a path: a string or a binary");
        auto bytes = files_(*name);
        if (bytes) return Term(Binary{bytes_of(owned_.keep(std::move(*bytes)))});
        Failure failure = std::move(bytes).error();
        failure.message.insert(0, position_of(text_, begin));
        return failure;
    }

    // The items up to and including `close`; the opening sign was already consumed.
    template <typename Element>
    Result<Done> elements(std::string_view close, Element element) {
        if (accept(close)) return Done{};
        for (;;) {
            if (Result<Done> one = element(); !one) return one;
            if (accept(close)) return Done{};
            if (!accept(",")) return expected("`,` or `" + std::string(close) + "`");
        }
    }

    Result<Done> count(std::size_t more) {
        if ((nodes_ += more) > kMaxNodes) return fail("more than " + std::to_string(kMaxNodes) + " terms in one");
        return Done{};
    }

    void advance() { token_ = scanner_.next(); }
    Token take() {
        Token taken = std::move(token_);
        advance();
        return taken;
    }
    bool is(std::string_view sign) const { return token_.kind == TokenKind::sign && token_.text == sign; }
    bool accept(std::string_view sign) {
        const bool accepted = is(sign);
        if (accepted) advance();
        return accepted;
    }

    // A fault token contains its error message.
    Failure expected(const std::string& what) const {
        if (token_.kind == TokenKind::fault) return fail(token_.text);
        return fail("expected " + what + ", found " + described(token_));
    }
    Failure fail(std::string message) const { return fail(token_.offset, std::move(message)); }
    Failure fail(std::size_t offset, std::string message) const {
        return {Reason::bad_term, position_of(text_, offset) + std::move(message)};
    }

    static constexpr std::uint64_t kMostPositive = std::numeric_limits<std::int64_t>::max();

    std::string_view text_;
    const FileReader& files_;
    Scanner scanner_;
    Token token_{TokenKind::end, 0};
    OwnedTerms owned_;
    std::size_t nodes_ = 0; // of the term being read
};

} // namespace

Result<OwnedTerms> parse(std::string_view text, const FileReader& files) { return Parser(text, files).all(); }

} // namespace thumbnailer::text
