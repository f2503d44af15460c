#include "thumbnail/fonts/font_names.h"

#include <algorithm>
#include <optional>

#include "base/byte_reader.h"
#include "svg/xml_text.h"

namespace thumbnailer {

namespace {

std::optional<ByteReader> at(Bytes file, std::uint64_t offset) {
    ByteReader reader(file);
    if (!reader.take(offset)) return std::nullopt;
    return reader;
}

// Of the first font, if the file has several.
std::optional<std::uint64_t> first_font(Bytes file) {
    if (!text_of(file).starts_with("ttcf")) return 0;
    auto reader = at(file, 12);
    return reader ? reader->unsigned_of(4) : std::nullopt;
}

std::optional<std::uint64_t> name_table(Bytes file) {
    const auto font = first_font(file);
    auto reader = font ? at(file, *font + 4) : std::nullopt;
    const auto tables = reader ? reader->unsigned_of(2) : std::nullopt;
    if (!tables || !reader->take(6)) return std::nullopt;
    for (std::uint64_t index = 0; index < *tables; ++index) {
        const auto tag = reader->take(4);
        const auto offset = reader->take(4) ? reader->unsigned_of(4) : std::nullopt;
        if (!offset || !reader->take(4)) return std::nullopt;
        if (text_of(*tag) == "name") return *offset;
    }
    return std::nullopt;
}

} // namespace

std::string font_family(Bytes file) {
    constexpr std::uint64_t kFamily = 1;
    constexpr std::uint64_t kWindows = 3;
    const auto table = name_table(file);
    auto reader = table ? at(file, *table + 2) : std::nullopt;
    const auto count = reader ? reader->unsigned_of(2) : std::nullopt;
    const auto strings = count ? reader->unsigned_of(2) : std::nullopt;
    for (std::uint64_t index = 0; strings && index < *count; ++index) {
        const auto platform = reader->unsigned_of(2);
        const auto kind = reader->take(4) ? reader->unsigned_of(2) : std::nullopt;
        const auto length = reader->unsigned_of(2);
        const auto offset = reader->unsigned_of(2);
        if (!offset) break;
        if (platform != kWindows || kind != kFamily) continue;
        auto place = at(file, *table + *strings + *offset);
        const auto name = place ? place->take(*length) : std::nullopt;
        if (name) return from_utf16(*name, false);
    }
    return {};
}

} // namespace thumbnailer
