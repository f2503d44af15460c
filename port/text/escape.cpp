#include "text/escape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/utf8.h"

namespace thumbnailer::text {

namespace {

struct Escape {
    char32_t character;
    std::string_view text;
};
constexpr std::array kEscapes{Escape{'\n', "\\n"}, Escape{'\r', "\\r"}, Escape{'\t', "\\t"}, Escape{'\v', "\\v"},
                              Escape{'\b', "\\b"}, Escape{'\f', "\\f"}, Escape{0x1B, "\\e"}, Escape{'\\', "\\\\"}};

// Invisible, or able to make a line of a terminal read differently from what it says: https://trojansource.codes
bool is_deceptive(char32_t character) {
    struct Range {
        char32_t first, last;
    };
    constexpr std::array kRanges{Range{0xAD, 0xAD},     Range{0x61C, 0x61C},    Range{0x200B, 0x200F},
                                 Range{0x2028, 0x202E}, Range{0x2060, 0x206F},  Range{0xFEFF, 0xFEFF},
                                 Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE007F}};
    return std::ranges::any_of(kRanges,
                               [=](Range range) { return character >= range.first && character <= range.last; });
}

void append_character(char32_t character, char mark, std::string& out) {
    const auto escape = std::ranges::find(kEscapes, character, &Escape::character);
    if (escape != kEscapes.end()) {
        out += escape->text;
    } else if (character == static_cast<char32_t>(mark)) {
        out.append({'\\', mark});
    } else if (!is_printable(character) || is_deceptive(character)) {
        append_hex(character, out);
    } else {
        append_utf8(character, out);
    }
}

} // namespace

void append_hex(std::uint32_t value, std::string& out) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value, 16).ptr;
    out.append("\\x{").append(digits.begin(), end).append("}");
}

bool is_plain(char32_t character) { return character >= 0x20 && is_printable(character) && !is_deceptive(character); }

bool is_printable(char32_t character) {
    if (character < 0x20) return std::ranges::find(kEscapes, character, &Escape::character) != kEscapes.end();
    return character < 0x7F || (character >= 0xA0 && character != 0xFFFE && character != 0xFFFF);
}

bool is_printable(std::string_view text) {
    while (const auto point = first_code_point(text)) {
        if (!is_printable(point->value)) return false;
        text.remove_prefix(point->bytes);
    }
    return text.empty();
}

void append_quoted(std::string_view text, char mark, std::string& out) {
    out += mark;
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (point)
            append_character(point->value, mark, out);
        else // no codec lets such an atom through; were there one, a terminal must not get its bytes
            append_hex(static_cast<unsigned char>(text[0]), out);
        text.remove_prefix(point ? point->bytes : 1);
    }
    out += mark;
}

} // namespace thumbnailer::text
