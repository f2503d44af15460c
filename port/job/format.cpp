#include "job/format.h"

#include <algorithm>

namespace thumbnailer {

namespace {

// How far into a file an <svg> element may begin: behind an XML declaration, a doctype and comments.
constexpr std::size_t kSvgWithin = 1024;

using namespace std::string_view_literals;

bool is_gif(std::string_view start) { return start.starts_with("GIF87a") || start.starts_with("GIF89a"); }

bool is_webp(std::string_view start) {
    return start.size() >= 12 && start.starts_with("RIFF") && start.substr(8, 4) == "WEBP";
}

// Classic TIFF and BigTIFF in either byte order.
bool is_tiff(std::string_view start) {
    return start.starts_with("II*\0"sv) || start.starts_with("MM\0*"sv) || start.starts_with("II+\0"sv) ||
           start.starts_with("MM\0+"sv);
}

// An ISO media file whose file type box names one of these brands, as its own or among the compatible ones.
bool has_brand(std::string_view start, std::initializer_list<std::string_view> brands) {
    if (start.size() < 16 || start.substr(4, 4) != "ftyp") return false;
    std::size_t length = 0;
    for (const char byte : start.substr(0, 4)) length = length << 8 | static_cast<unsigned char>(byte);
    const std::string_view box = start.substr(0, std::min(length, start.size()));
    for (std::size_t at = 8; at + 4 <= box.size(); at += at == 8 ? 8 : 4)
        if (std::ranges::find(brands, box.substr(at, 4)) != brands.end()) return true;
    return false;
}

bool is_jxl(std::string_view start) {
    return start.starts_with("\xff\x0a") || start.starts_with("\0\0\0\x0cJXL \r\n\x87\n"sv);
}

// In its box or as a bare codestream.
bool is_jp2k(std::string_view start) {
    return start.starts_with("\0\0\0\x0cjP  \r\n\x87\n"sv) || start.starts_with("\xff\x4f\xff\x51");
}

bool is_svg(std::string_view start) {
    if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
    const std::size_t first = start.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || start[first] != '<') return false;
    return start.substr(0, kSvgWithin).find("<svg") != std::string_view::npos;
}

} // namespace

std::optional<Format> sniff(Bytes source) {
    const std::string_view start = text_of(source.first(std::min(source.size(), kSvgWithin)));
    if (start.starts_with("\xff\xd8\xff")) return Format::jpeg;
    if (start.starts_with("\x89PNG\r\n\x1a\n")) return Format::png;
    if (is_gif(start)) return Format::gif;
    if (is_webp(start)) return Format::webp;
    if (is_tiff(start)) return Format::tiff;
    if (has_brand(start, {"avif", "avis"})) return Format::avif;
    if (has_brand(start, {"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"})) return Format::heic;
    if (is_jxl(start)) return Format::jxl;
    if (is_jp2k(start)) return Format::jp2k;
    if (start.starts_with("%PDF-")) return Format::pdf;
    if (is_svg(start)) return Format::svg;
    return std::nullopt;
}

std::optional<FormatSet> formats_named(std::string_view names) {
    FormatSet set;
    for (std::size_t at = 0; at <= names.size();) {
        const std::string_view name = names.substr(at, names.find(',', at) - at);
        const auto row = std::ranges::find(kFormats, name, &FormatSpec::name);
        if (row == kFormats.end()) return std::nullopt;
        set.add(row->format);
        at += name.size() + 1;
    }
    return set;
}

std::string format_names(FormatSet formats) {
    std::string names;
    for (const FormatSpec& spec : kFormats)
        if (formats.has(spec.format)) names.append(names.empty() ? "" : ", ").append(spec.name);
    return names;
}

FormatSet saved_formats() {
    FormatSet set;
    for (const FormatSpec& spec : kFormats)
        if (spec.saves) set.add(spec.format);
    return set;
}

Format format_for(Target target, Format source, bool alpha) {
    switch (target) {
    case Target::jpeg: return Format::jpeg;
    case Target::png: return Format::png;
    case Target::webp: return Format::webp;
    case Target::avif: return Format::avif;
    case Target::gif: return Format::gif;
    case Target::tiff: return Format::tiff;
    case Target::automatic: break;
    }
    switch (spec_of(source).automatic) {
    case Auto::keep: return source;
    case Auto::png: return Format::png;
    case Auto::opaque: break;
    }
    return alpha ? Format::png : Format::jpeg;
}

std::string describe_formats() {
    std::string table = "name\tloads\tsaves\talpha\tquality\tauto\tmedia_type\tsuffixes\n";
    const auto yes_or_no = [](bool truth) { return truth ? "yes" : "no"; };
    for (const FormatSpec& spec : kFormats) {
        const std::string_view automatic = spec.automatic == Auto::keep  ? spec.name
                                           : spec.automatic == Auto::png ? "png"
                                                                         : "opaque";
        for (const std::string& cell :
             {std::string(spec.name), std::string(spec.loads == Loads::always ? "yes" : "named"),
              std::string(yes_or_no(spec.saves)), std::string(yes_or_no(spec.alpha)),
              spec.quality == 0 ? "-" : std::to_string(spec.quality), std::string(automatic),
              std::string(spec.media_type)})
            table.append(cell).append("\t");
        table.append(spec.suffixes).append("\n");
    }
    return table;
}

} // namespace thumbnailer
