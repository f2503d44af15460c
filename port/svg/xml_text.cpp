#include "svg/xml_text.h"

#include <cstdint>

namespace thumbnailer {

namespace {

void append_utf8(std::uint32_t point, std::string& text) {
    const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xc0 | point >> 6);
    } else {
        if (point < 0x10000) {
            put(0xe0 | point >> 12);
        } else {
            put(0xf0 | point >> 18);
            put(0x80 | (point >> 12 & 0x3f));
        }
        put(0x80 | (point >> 6 & 0x3f));
    }
    put(0x80 | (point & 0x3f));
}

std::string without_declaration(std::string text) {
    if (!text.starts_with("<?xml")) return text;
    const std::size_t end = text.find("?>");
    return end == std::string::npos ? text : text.substr(end + 2);
}

} // namespace

std::string from_utf16(Bytes source, bool little) {
    const auto unit = [&](std::size_t at) {
        const auto one = static_cast<std::uint32_t>(source[at]), two = static_cast<std::uint32_t>(source[at + 1]);
        return little ? two << 8 | one : one << 8 | two;
    };
    std::string text;
    text.reserve(source.size() / 2);
    for (std::size_t at = 0; at + 1 < source.size(); at += 2) {
        std::uint32_t point = unit(at);
        if (point >= 0xd800 && point < 0xe000) {
            const std::uint32_t next = point < 0xdc00 && at + 3 < source.size() ? unit(at + 2) : 0;
            const bool pair = next >= 0xdc00 && next < 0xe000;
            point = pair ? 0x10000 + ((point - 0xd800) << 10) + (next - 0xdc00) : 0xfffd;
            if (pair) at += 2;
        }
        append_utf8(point, text);
    }
    return text;
}

std::string xml_text(Bytes source) {
    using namespace std::string_view_literals;
    const std::string_view bytes = text_of(source);
    if (bytes.starts_with("\xef\xbb\xbf")) return without_declaration(std::string(bytes.substr(3)));
    for (const bool little : {true, false}) {
        if (bytes.starts_with(little ? "\xff\xfe"sv : "\xfe\xff"sv))
            return without_declaration(from_utf16(source.subspan(2), little));
        if (bytes.starts_with(little ? "<\0"sv : "\0<"sv)) return without_declaration(from_utf16(source, little));
    }
    return std::string(bytes);
}

} // namespace thumbnailer
