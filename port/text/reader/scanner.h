// Splits text into the tokens of Erlang's syntax. Only text/reader/parse.cpp uses it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thumbnailer::text {

enum class TokenKind : std::uint8_t {
    atom,     // text: the name, unescaped
    string,   // text: the characters, unescaped
    integer,  // magnitude; a sign before it is a token of its own
    real,     // real
    variable, // text: as written
    sign,     // text: one of { } [ ] ( ) , . | / : + - # => := << >>
    end,
    fault, // text: the error; the parser reports it when it reaches the token
};

struct Token {
    TokenKind kind;
    std::size_t offset; // of the token in the text, or of the fault
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

    // The digits at this position, without underscores.
    std::string take_digits(unsigned base);
    // One character of a quoted text; escapes are resolved.
    Result<char32_t> take_character();
    Result<char32_t> take_escape();
    Result<char32_t> take_hex_escape();
    char32_t take_octal_escape(char32_t first);

    std::string_view text_;
    std::size_t offset_ = 0;
};

} // namespace thumbnailer::text
