// Characters as they stand between quotes: which ones are shown as themselves and how the others are escaped.
#pragma once

#include <string>
#include <string_view>

namespace thumbnailer::text {

// What io_lib:printable_unicode_list/1 calls printable: no control characters but \n \r \t \v \b \f \e.
bool is_printable(char32_t character);
// All of it UTF-8 and printable.
bool is_printable(std::string_view text);

// `text` between two `mark`s, so that the scanner reads it back.
void append_quoted(std::string_view text, char mark, std::string& out);

} // namespace thumbnailer::text
