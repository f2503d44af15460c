#include "thumbnail/containers/tiff.h"

#include <algorithm>
#include <iterator>

namespace thumbnailer {

namespace {

constexpr std::uint64_t kBigMagic = 43;

// Types of values (TIFF 6.0, section 2).
constexpr std::uint64_t kText = 2;
constexpr std::uint64_t kShort = 3;
constexpr std::uint64_t kLong = 4;
constexpr std::uint64_t kRational = 5;

// In bytes, by the types of TIFF 6.0, section 2, and of BigTIFF; 0: unknown.
std::size_t width_of(std::uint64_t type) {
    constexpr std::size_t kWidths[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    return type < std::size(kWidths) ? kWidths[type] : 0;
}

} // namespace

std::optional<Tiff> Tiff::open(Bytes bytes, std::uint64_t magic) {
    constexpr std::uint64_t kLittle = 0x4949;
    constexpr std::uint64_t kBig = 0x4d4d;
    const auto order = ByteReader(bytes).unsigned_of(2);
    if (order != kLittle && order != kBig) return std::nullopt;
    const Tiff tiff(bytes, order == kLittle, magic == kBigMagic);
    if (tiff.number(2, 2) != magic) return std::nullopt;
    return tiff;
}

std::optional<Tiff> Tiff::open_file(Bytes bytes) {
    const auto tiff = open(bytes);
    return tiff ? tiff : open(bytes, kBigMagic);
}

std::optional<std::uint64_t> Tiff::number(std::uint64_t at, std::size_t width) const {
    ByteReader reader(bytes_);
    if (!reader.take(at)) return std::nullopt;
    return little_ ? reader.little_of(width) : reader.unsigned_of(width);
}

// The number of entries, limited to what the bytes can contain.
std::optional<std::uint64_t> Tiff::entries(std::uint64_t directory) const {
    const auto entries = number(directory, count_width());
    return entries ? std::optional(std::min<std::uint64_t>(*entries, bytes_.size() / entry_size())) : std::nullopt;
}

std::optional<std::uint64_t> Tiff::after(std::uint64_t directory) const {
    const auto before = entries(directory);
    return before ? number(directory + count_width() + *before * entry_size(), word()) : std::nullopt;
}

std::optional<std::uint64_t> Tiff::find(std::uint64_t directory, std::uint64_t tag) const {
    const std::uint64_t all = entries(directory).value_or(0);
    const std::uint64_t begin = directory + count_width();
    for (std::uint64_t at = begin; at < begin + all * entry_size(); at += entry_size())
        if (number(at, 2) == tag) return at;
    return std::nullopt;
}

std::optional<std::uint64_t> Tiff::value(std::uint64_t directory, std::uint64_t tag) const {
    const auto entry = find(directory, tag);
    const auto type = entry ? number(*entry + 2, 2) : std::nullopt;
    if (!type) return std::nullopt;
    return number(*entry + 4 + word(), *type == kShort ? 2 : *type == kLong ? 4 : word());
}

std::optional<std::uint64_t> Tiff::count(std::uint64_t directory, std::uint64_t tag) const {
    const auto entry = find(directory, tag);
    return entry ? number(*entry + 4, word()) : std::nullopt;
}

std::optional<std::uint64_t> Tiff::place(std::uint64_t directory, std::uint64_t tag) const {
    const auto entry = find(directory, tag);
    const auto type = entry ? number(*entry + 2, 2) : std::nullopt;
    const auto values = entry ? number(*entry + 4, word()) : std::nullopt;
    const std::size_t width = type ? width_of(*type) : 0;
    if (!values || width == 0 || *values > bytes_.size()) return std::nullopt;
    const std::uint64_t inside = *entry + 4 + word();
    return width * *values <= word() ? inside : number(inside, word());
}

std::vector<std::uint64_t> Tiff::values(std::uint64_t directory, std::uint64_t tag, std::size_t most) const {
    const auto entry = find(directory, tag);
    const auto first = place(directory, tag);
    if (!entry || !first) return {};
    const std::uint64_t type = number(*entry + 2, 2).value_or(0);
    const std::size_t width = width_of(type);
    const std::size_t wanted = std::min<std::uint64_t>(count(directory, tag).value_or(0), most);
    std::vector<std::uint64_t> all;
    for (std::uint64_t at = *first; all.size() < wanted; at += width) {
        const auto value = number(at, type == kRational ? 4 : width);
        const auto divisor = type == kRational ? number(at + 4, 4) : 1;
        if (!value || !divisor || *divisor == 0) break;
        all.push_back(*value / *divisor);
    }
    return all;
}

std::vector<double> Tiff::fractions(std::uint64_t directory, std::uint64_t tag, std::size_t most) const {
    const auto entry = find(directory, tag);
    const auto first = place(directory, tag);
    if (!first || number(*entry + 2, 2) != kRational) return {};
    const std::size_t wanted = std::min<std::uint64_t>(count(directory, tag).value_or(0), most);
    std::vector<double> all;
    for (std::uint64_t at = *first; all.size() < wanted; at += width_of(kRational)) {
        const auto above = number(at, 4);
        const auto below = number(at + 4, 4);
        if (!below || *below == 0) break;
        all.push_back(static_cast<double>(*above) / static_cast<double>(*below));
    }
    return all;
}

std::string Tiff::text(std::uint64_t directory, std::uint64_t tag) const {
    const auto entry = find(directory, tag);
    if (!entry || number(*entry + 2, 2) != kText) return {};
    const auto first = place(directory, tag);
    const auto bytes = first ? bytes_at(bytes_, *first, count(directory, tag).value_or(0)) : std::nullopt;
    std::string text(bytes ? text_of(*bytes) : std::string_view());
    text.resize(std::min(text.find('\0'), text.size()));
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

} // namespace thumbnailer
