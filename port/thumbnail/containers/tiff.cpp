#include "thumbnail/containers/tiff.h"

#include <algorithm>
#include <array>

namespace thumbnailer {

namespace {

constexpr std::uint64_t kEntry = 12;

// Types of values (TIFF 6.0, section 2).
constexpr std::uint64_t kText = 2;
constexpr std::uint64_t kShort = 3;
constexpr std::uint64_t kRational = 5;
constexpr std::uint64_t kLongestText = 1024;
constexpr std::array<std::size_t, 14> kWidths{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};

} // namespace

std::optional<Tiff> Tiff::open(Bytes bytes, std::uint64_t magic) {
    constexpr std::uint64_t kLittle = 0x4949;
    constexpr std::uint64_t kBig = 0x4d4d;
    const auto order = ByteReader(bytes).unsigned_of(2);
    if (order != kLittle && order != kBig) return std::nullopt;
    const Tiff tiff(bytes, order == kLittle);
    if (tiff.number(2, 2) != magic) return std::nullopt;
    return tiff;
}

std::optional<std::uint64_t> Tiff::number(std::uint64_t at, std::size_t width) const {
    ByteReader reader(bytes_);
    if (!reader.take(at)) return std::nullopt;
    return little_ ? reader.little_of(width) : reader.unsigned_of(width);
}

std::optional<std::uint64_t> Tiff::after(std::uint64_t directory) const {
    const auto entries = number(directory, 2);
    return entries ? number(directory + 2 + *entries * kEntry, 4) : std::nullopt;
}

std::optional<std::uint64_t> Tiff::find(std::uint64_t directory, std::uint64_t tag) const {
    const std::uint64_t entries = number(directory, 2).value_or(0);
    for (std::uint64_t at = directory + 2; at < directory + 2 + entries * kEntry; at += kEntry)
        if (number(at, 2) == tag) return at;
    return std::nullopt;
}

std::optional<std::uint64_t> Tiff::value(std::uint64_t directory, std::uint64_t tag) const {
    const auto entry = find(directory, tag);
    return entry ? number(*entry + 8, number(*entry + 2, 2) == kShort ? 2 : 4) : std::nullopt;
}

std::optional<std::uint64_t> Tiff::count(std::uint64_t directory, std::uint64_t tag) const {
    const auto entry = find(directory, tag);
    return entry ? number(*entry + 4, 4) : std::nullopt;
}

std::optional<std::uint64_t> Tiff::place(std::uint64_t entry, std::uint64_t width) const {
    const auto count = number(entry + 4, 4);
    if (!count) return std::nullopt;
    return *count * width <= 4 ? entry + 8 : number(entry + 8, 4);
}

std::vector<std::uint64_t> Tiff::values(std::uint64_t directory, std::uint64_t tag, std::size_t most) const {
    const auto entry = find(directory, tag);
    const auto type = entry ? number(*entry + 2, 2) : std::nullopt;
    if (!type || *type >= kWidths.size() || kWidths[*type] == 0) return {};
    const std::size_t width = kWidths[*type];
    const auto first = place(*entry, width);
    if (!first) return {};
    std::vector<std::uint64_t> all;
    const std::size_t count = std::min<std::uint64_t>(number(*entry + 4, 4).value_or(0), most);
    for (std::uint64_t at = *first; all.size() < count; at += width) {
        const auto value = number(at, *type == kRational ? 4 : width);
        const auto divisor = *type == kRational ? number(at + 4, 4) : 1;
        if (!value || !divisor || *divisor == 0) break;
        all.push_back(*value / *divisor);
    }
    return all;
}

std::string Tiff::text(std::uint64_t directory, std::uint64_t tag) const {
    const auto entry = find(directory, tag);
    if (!entry || number(*entry + 2, 2) != kText) return {};
    const auto first = place(*entry, 1);
    ByteReader reader(bytes_);
    const auto bytes = first && reader.take(*first) ? reader.take(number(*entry + 4, 4).value_or(0)) : std::nullopt;
    std::string text(bytes ? text_of(*bytes) : std::string_view());
    text.resize(std::min(text.find('\0'), text.size()));
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

} // namespace thumbnailer
