// UTF-8, strict: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace thumbnailer {

struct CodePoint {
    char32_t value;
    std::size_t bytes; // its length in UTF-8, 1..4
};

// The first code point of `text`; nullopt if `text` is empty or does not begin with UTF-8.
std::optional<CodePoint> first_code_point(std::string_view text);

// The offset of the first byte that is not UTF-8; nullopt if there is none.
std::optional<std::size_t> first_fault_in_utf8(std::string_view text);

// Whether UTF-8 can encode the code point `value`: up to U+10FFFF and no surrogate.
constexpr bool is_code_point(std::uint64_t value) { return value < 0xD800 || (value > 0xDFFF && value <= 0x10FFFF); }

// `value` must be a code point.
void append_utf8(char32_t value, std::string& text);

} // namespace thumbnailer
