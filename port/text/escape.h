// Characters as they stand between quotes: which ones are shown as themselves and how the others are escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace thumbnailer::text {

// What io_lib:printable_unicode_list/1 calls printable: no control characters but \n \r \t \v \b \f \e.
bool is_printable(char32_t character);
// All of it UTF-8 and printable.
bool is_printable(std::string_view text);

// Whether it can stand for itself on a line of a terminal: no control character, and none that is invisible or makes
// the line read differently from what it says.
bool is_plain(char32_t character);

// A character or byte as \x{HEX}.
void append_hex(std::uint32_t value, std::string& out);

// `text` between two `mark`s, so that the scanner reads it back.
void append_quoted(std::string_view text, char mark, std::string& out);

} // namespace thumbnailer::text
