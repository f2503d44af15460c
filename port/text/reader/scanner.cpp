#include "text/reader/scanner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/utf8.h"

namespace thumbnailer::text {

namespace {

Token fault(std::size_t offset, std::string message) { return {TokenKind::fault, offset, std::move(message)}; }
Failure misread(std::string message) { return {Reason::bad_term, std::move(message)}; }

constexpr std::size_t kMostInAtom = 255; // https://www.erlang.org/doc/system/data_types#atom
Token too_long(std::size_t offset, std::size_t characters) {
    return fault(offset, "an atom of " + std::to_string(characters) + " characters; at most 255 are accepted");
}

// Erlang's alphabet is Latin-1: https://www.erlang.org/doc/system/character_set
constexpr bool is_lower(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7); }
constexpr bool is_upper(char32_t c) { return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7); }
constexpr bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
constexpr bool is_in_name(char32_t c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '@'; }
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// 36 if the character is not a digit in any base.
constexpr unsigned digit_of(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A') + 10;
    return 36;
}
constexpr bool is_decimal(char c) { return digit_of(c) < 10; }

// nullopt if the value does not fit in 64 bits.
std::optional<std::uint64_t> magnitude_of(const std::string& digits, int base) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (parsed.ec != std::errc{}) return std::nullopt;
    return value;
}

// `c`, or its code point, such as U+202E, if a terminal would not show it.
std::string shown(char32_t c) {
    if (c > ' ' && c < 0x7F) return std::string{'`', static_cast<char>(c), '`'};
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), static_cast<std::uint32_t>(c), 16).ptr;
    const std::string hex(digits.begin(), end);
    return "U+" + std::string(hex.size() < 4 ? 4 - hex.size() : 0, '0') + hex;
}

constexpr std::array<std::string_view, 18> kSigns{"=>", ":=", "<<", ">>", "{", "}", "[", "]", "(",
                                                  ")",  ",",  ".",  "|",  "/", ":", "+", "-", "#"};

} // namespace

Token Scanner::next() {
    skip_space_and_comments();
    const std::size_t begin = offset_;
    const auto point = first_code_point(rest());
    if (!point) return {TokenKind::end, begin};
    if (is_digit(point->value)) return number(begin);
    if (is_in_name(point->value) && point->value != '@') return name(begin);
    switch (point->value) {
    case '\'': return quoted(begin, '\'', TokenKind::atom);
    case '"': return quoted(begin, '"', TokenKind::string);
    case '$': return character(begin);
    default: return sign(begin);
    }
}

char32_t Scanner::take_code_point() {
    const auto point = first_code_point(rest());
    if (!point) return 0;
    offset_ += point->bytes;
    return point->value;
}

void Scanner::skip_space_and_comments() {
    for (;; ++offset_) {
        if (peek() == '%') offset_ = std::min(text_.find('\n', offset_), text_.size());
        if (offset_ == text_.size() || !is_space(peek())) return;
    }
}

Token Scanner::name(std::size_t begin) {
    const TokenKind kind = is_lower(first_code_point(rest())->value) ? TokenKind::atom : TokenKind::variable;
    std::size_t characters = 0;
    for (auto point = first_code_point(rest()); point && is_in_name(point->value); ++characters) {
        offset_ += point->bytes;
        point = first_code_point(rest());
    }
    if (characters > kMostInAtom) return too_long(begin, characters);
    return {kind, begin, std::string(text_.substr(begin, offset_ - begin))};
}

Token Scanner::quoted(std::size_t begin, char mark, TokenKind kind) {
    Token token{kind, begin};
    std::size_t characters = 0;
    for (++offset_; peek() != mark; ++characters) {
        if (offset_ == text_.size()) return fault(begin, std::string("the closing `") + mark + "` is missing");
        const std::size_t at = offset_;
        const auto value = take_character();
        if (!value) return fault(at, value.error().message);
        append_utf8(*value, token.text);
    }
    ++offset_;
    if (kind == TokenKind::atom && characters > kMostInAtom) return too_long(begin, characters);
    return token;
}

// $a, $\n, $\x{41}: the number of a character.
Token Scanner::character(std::size_t begin) {
    const std::size_t at = ++offset_;
    const auto value = take_character();
    if (!value) return fault(at, value.error().message);
    return {TokenKind::integer, begin, {}, *value};
}

Token Scanner::number(std::size_t begin) {
    std::string digits = take_digits(10);
    if (peek() == '#') {
        const auto base = magnitude_of(digits, 10);
        if (!base || *base < 2 || *base > 36) return fault(begin, "base " + digits + "; 2 to 36 are accepted");
        ++offset_;
        return based_integer(begin, *base);
    }
    if (peek() == '.' && is_decimal(peek(1))) return real(begin, std::move(digits));
    if ((peek() == 'e' || peek() == 'E') && is_decimal(peek(1))) {
        ++offset_;
        return fault(begin, "a float has a dot before its exponent: " + digits + ".0e" + take_digits(10));
    }
    const auto magnitude = magnitude_of(digits, 10);
    if (!magnitude) return fault(begin, "the integer is beyond 64 bits");
    return {TokenKind::integer, begin, {}, *magnitude};
}

Token Scanner::based_integer(std::size_t begin, std::uint64_t base) {
    const std::string digits = take_digits(static_cast<unsigned>(base));
    if (digits.empty() || digit_of(peek()) < 36)
        return fault(offset_, "expected a digit of base " + std::to_string(base));
    const auto magnitude = magnitude_of(digits, static_cast<int>(base));
    if (!magnitude) return fault(begin, "the integer is beyond 64 bits");
    return {TokenKind::integer, begin, {}, *magnitude};
}

Token Scanner::real(std::size_t begin, std::string digits) {
    ++offset_;
    digits += '.';
    digits += take_digits(10);
    if (peek() == 'e' || peek() == 'E') {
        const std::size_t signs = peek(1) == '-' || peek(1) == '+' ? 1 : 0;
        if (!is_decimal(peek(1 + signs))) return fault(offset_, "expected an exponent");
        digits += peek(1) == '-' ? "e-" : "e"; // from_chars does not accept a plus
        offset_ += 1 + signs;
        digits += take_digits(10);
    }
    Token token{TokenKind::real, begin};
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), token.real);
    if (parsed.ec != std::errc{}) return fault(begin, "the float is beyond 64 bits");
    return token;
}

Token Scanner::sign(std::size_t begin) {
    for (const std::string_view sign : kSigns) {
        if (!rest().starts_with(sign)) continue;
        offset_ += sign.size();
        return {TokenKind::sign, begin, std::string(sign)};
    }
    return fault(begin, "unexpected character " + shown(take_code_point()));
}

std::string Scanner::take_digits(unsigned base) {
    std::string digits;
    for (;; ++offset_) {
        const bool joins = peek() == '_' && !digits.empty() && text_[offset_ - 1] != '_' && digit_of(peek(1)) < base;
        if (joins) continue;
        if (digit_of(peek()) >= base) return digits;
        digits += peek();
    }
}

Result<char32_t> Scanner::take_character() {
    if (offset_ == text_.size()) return misread("expected a character");
    const char32_t plain = take_code_point();
    return plain == '\\' ? take_escape() : plain;
}

// The rest of an escape sequence: https://www.erlang.org/doc/system/data_types#escape-sequences
Result<char32_t> Scanner::take_escape() {
    if (offset_ == text_.size()) return misread("expected a character after the backslash");
    const char32_t escaped = take_code_point();
    switch (escaped) {
    case 'b': return U'\b';
    case 'd': return char32_t{0x7F};
    case 'e': return char32_t{0x1B};
    case 'f': return U'\f';
    case 'n': return U'\n';
    case 'r': return U'\r';
    case 's': return U' ';
    case 't': return U'\t';
    case 'v': return U'\v';
    case 'x': return take_hex_escape();
    case '^': {
        const char32_t letter = take_code_point();
        if ((letter < '@' || letter > '_') && (letter < 'a' || letter > 'z'))
            return misread("expected a letter after `\\^`");
        return letter & 0x1F;
    }
    default: return escaped >= '0' && escaped <= '7' ? take_octal_escape(escaped) : escaped;
    }
}

// \0 to \777
char32_t Scanner::take_octal_escape(char32_t first) {
    char32_t value = first - '0';
    for (int more = 0; more < 2 && digit_of(peek()) < 8; ++more, ++offset_) value = value * 8 + digit_of(peek());
    return value;
}

// \xHH or \x{H...}
Result<char32_t> Scanner::take_hex_escape() {
    const bool braces = peek() == '{';
    if (braces) ++offset_;
    std::string digits;
    for (; digit_of(peek()) < 16 && (braces || digits.size() < 2); ++offset_) digits += peek();
    if (digits.size() < (braces ? 1 : 2) || (braces && peek() != '}'))
        return misread("expected `\\xHH` or `\\x{H...}` with hexadecimal digits H");
    if (braces) ++offset_;
    const auto code = magnitude_of(digits, 16);
    if (!code || !is_code_point(*code)) return misread("`\\x{" + digits + "}` is no Unicode character");
    return static_cast<char32_t>(*code);
}

} // namespace thumbnailer::text
