#include "text/quote.h"

#include "base/utf8.h"
#include "text/print.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kLongest = 120;

// Cuts between characters, so that the message is valid UTF-8.
std::string shortened(std::string text) {
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

} // namespace

std::string quote(const Term& term) { return shortened(text::print(term, {.columns = 0})); }

std::string quote_path(std::string_view path) {
    constexpr std::size_t kLongestPath = 1000; // a message is one line for people
    if (path.size() > kLongestPath) return quote_path(path.substr(0, kLongestPath)) + "...";
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string quoted = "\"";
    while (!path.empty()) {
        const auto point = first_code_point(path);
        const auto byte = static_cast<unsigned char>(path[0]);
        const bool printable = point && (point->value > 0x9f || (byte >= ' ' && byte < 0x7f));
        if (printable)
            quoted.append(path.substr(0, point->bytes));
        else
            quoted.append("\\x").append({kDigits[byte >> 4], kDigits[byte & 15]});
        path.remove_prefix(printable ? point->bytes : 1);
    }
    return quoted + "\"";
}

} // namespace thumbnailer
