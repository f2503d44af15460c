// Characters -> tokens: the words, numbers, quotes and signs of Erlang's syntax. Used by text/reader/parse.cpp alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thumbnailer::text {

enum class TokenKind : std::uint8_t {
    atom,     // text: the name, unescaped
    string,   // text: the characters, unescaped
    integer,  // magnitude, without the sign that may stand before it
    real,     // real
    variable, // text: as written
    sign,     // text: one of { } [ ] ( ) , . | / : + - # => := << >>
    end,
    fault, // text: what is wrong; the parser reports it when it gets here
};

struct Token {
    TokenKind kind;
    std::size_t offset; // where it begins in the text; for a fault, where the fault is
    std::string text = {};
    std::uint64_t magnitude = 0;
    double real = 0;
};

class Scanner {
public:
    // `text` must be UTF-8.
    explicit Scanner(std::string_view text) : text_(text) {}

    Token next();

private:
    std::string_view rest() const { return text_.substr(offset_); }
    char peek(std::size_t ahead = 0) const { return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0'; }
    char32_t take_code_point();
    void skip_space_and_comments();

    Token name(std::size_t begin);
    Token quoted(std::size_t begin, char mark, TokenKind kind);
    Token character(std::size_t begin);
    Token number(std::size_t begin);
    Token based_integer(std::size_t begin, std::uint64_t base);
    Token real(std::size_t begin, std::string digits);
    Token sign(std::size_t begin);

    // The digits here, without the underscores between them.
    std::string take_digits(unsigned base);
    // One character of a quote, or what its escape stands for.
    Result<char32_t> take_character();
    Result<char32_t> take_escape();
    Result<char32_t> take_hex_escape();
    char32_t take_octal_escape(char32_t first);

    std::string_view text_;
    std::size_t offset_ = 0;
};

} // namespace thumbnailer::text
