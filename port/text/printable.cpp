#include "text/printable.h"

#include "base/utf8.h"
#include "text/escape.h"

namespace thumbnailer {

namespace {

// The first bytes of a character whose others are missing.
bool is_cut(std::string_view text) {
    if (text.size() > 3 || (static_cast<unsigned char>(text[0]) & 0xc0) != 0xc0) return false;
    for (const char byte : text.substr(1))
        if ((byte & 0xc0) != 0x80) return false;
    return true;
}

} // namespace

std::string printable(std::string_view from, bool lines) {
    std::string shown;
    while (!from.empty()) {
        const auto point = first_code_point(from);
        if (!point && is_cut(from)) break;
        const std::string_view character = from.substr(0, point ? point->bytes : 1);
        if (point && ((lines && point->value == '\n') || text::is_plain(point->value)))
            shown += character;
        else
            text::append_hex(point ? point->value : static_cast<unsigned char>(from[0]), shown);
        from.remove_prefix(character.size());
    }
    return shown;
}

} // namespace thumbnailer
