#include "svg/base64.h"

#include <cstdint>

namespace thumbnailer {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Of a white space or a reference to one (&#10; or &#xA;); 0: there is none.
std::size_t length_of_space(std::string_view text) {
    if (std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos) return 1;
    if (text.front() != '&') return 0;
    for (const std::string_view reference : {"&#10;", "&#13;", "&#9;", "&#32;", "&#xA;", "&#xa;", "&#xD;", "&#xd;"})
        if (text.starts_with(reference)) return reference.size();
    return 0;
}

} // namespace

std::string to_base64(Bytes bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t index = 0; index < 3; ++index)
            group = group << 8 | (at + index < bytes.size() ? static_cast<std::uint32_t>(bytes[at + index]) : 0U);
        for (std::size_t index = 0; index < 4; ++index)
            text.push_back(at + index > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * index) & 63]);
    }
    return text;
}

std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (const std::size_t space = length_of_space(text.substr(at))) {
            at += space;
            continue;
        }
        const char letter = text[at++];
        if (letter == '=') continue;
        const std::size_t value = kAlphabet.find(letter);
        if (value == std::string_view::npos) return std::nullopt;
        held = held << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::byte>(held >> bits & 0xff));
    }
    return bytes;
}

} // namespace thumbnailer
