#include "base/utf8.h"

#include <array>

namespace thumbnailer {

namespace {

struct Form {
    unsigned char mask, lead; // (first byte & mask) == lead
    char32_t from;            // the smallest value of this form; smaller values would be overlong
};
constexpr std::array<Form, 4> kForms{Form{0x80, 0x00, 0x0}, Form{0xE0, 0xC0, 0x80}, Form{0xF0, 0xE0, 0x800},
                                     Form{0xF8, 0xF0, 0x10000}};

} // namespace

std::optional<CodePoint> first_code_point(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto first = static_cast<unsigned char>(text[0]);
    for (std::size_t bytes = 1; bytes <= kForms.size(); ++bytes) {
        const Form& form = kForms[bytes - 1];
        if ((first & form.mask) != form.lead) continue;
        if (text.size() < bytes) return std::nullopt;
        auto value = static_cast<char32_t>(first & ~form.mask & 0xFF);
        for (const char next : text.substr(1, bytes - 1)) {
            if ((next & 0xC0) != 0x80) return std::nullopt;
            value = value << 6 | static_cast<char32_t>(next & 0x3F);
        }
        if (value < form.from || !is_code_point(value)) return std::nullopt;
        return CodePoint{value, bytes};
    }
    return std::nullopt;
}

std::optional<std::size_t> first_fault_in_utf8(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const auto point = first_code_point(text.substr(offset));
        if (!point) return offset;
        offset += point->bytes;
    }
    return std::nullopt;
}

void append_utf8(char32_t value, std::string& text) {
    const auto trailing = [&](int shift) { text += static_cast<char>(0x80 | (value >> shift & 0x3F)); };
    if (value < 0x80) {
        text += static_cast<char>(value);
    } else if (value < 0x800) {
        text += static_cast<char>(0xC0 | value >> 6);
        trailing(0);
    } else if (value < 0x10000) {
        text += static_cast<char>(0xE0 | value >> 12);
        trailing(6);
        trailing(0);
    } else {
        text += static_cast<char>(0xF0 | value >> 18);
        trailing(12);
        trailing(6);
        trailing(0);
    }
}

} // namespace thumbnailer
