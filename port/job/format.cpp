#include "job/format.h"

#include <algorithm>

namespace thumbnailer {

namespace {

// The maximum offset of a magic number.
constexpr std::size_t kWithin = 1024;

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

// An ISO media file whose file type box has one of these brands, as major or as compatible brand.
bool has_brand(std::string_view start, std::initializer_list<std::string_view> brands) {
    if (start.size() < 16 || start.substr(4, 4) != "ftyp") return false;
    std::size_t length = 0;
    for (const char byte : start.substr(0, 4)) length = length << 8 | static_cast<unsigned char>(byte);
    const std::string_view box = start.substr(0, std::min(length, start.size()));
    for (std::size_t at = 8; at + 4 <= box.size(); at += at == 8 ? 8 : 4)
        if (std::ranges::find(brands, box.substr(at, 4)) != brands.end()) return true;
    return false;
}

std::uint64_t little(std::string_view start, std::size_t at, std::size_t width) {
    if (start.size() < at + width) return 0;
    std::uint64_t value = 0;
    for (std::size_t byte = at + width; byte-- > at;) value = value << 8 | static_cast<unsigned char>(start[byte]);
    return value;
}

// Its letters, and the length of an information header. One that does not exist is a damaged BMP, text is none.
bool is_bmp(std::string_view start) {
    const std::uint64_t header = little(start, 14, 4);
    return start.starts_with("BM") && header >= 12 && header <= 255;
}

// A list of icons or cursors, of which the first is behind the list.
bool is_ico(std::string_view start) {
    constexpr std::uint64_t kListHeader = 6;
    constexpr std::uint64_t kListEntry = 16;
    const bool named = start.starts_with("\0\0\1\0"sv) || start.starts_with("\0\0\2\0"sv);
    const std::uint64_t images = little(start, 4, 2);
    return named && images > 0 && little(start, 14, 4) > 0 && little(start, 18, 4) >= kListHeader + kListEntry * images;
}

// RAF of Fujifilm, RW2 of Panasonic, CR2 and CR3 of Canon.
bool is_raw(std::string_view start) {
    return start.starts_with("FUJIFILMCCD-RAW ") || start.starts_with("IIU\0"sv) ||
           (is_tiff(start) && start.substr(std::min<std::size_t>(start.size(), 8)).starts_with("CR\2\0"sv)) ||
           has_brand(start, {"crx "});
}

bool is_jxl(std::string_view start) {
    return start.starts_with("\xff\x0a") || start.starts_with("\0\0\0\x0cJXL \r\n\x87\n"sv);
}

// In a container or as a bare codestream.
bool is_jp2k(std::string_view start) {
    return start.starts_with("\0\0\0\x0cjP  \r\n\x87\n"sv) || start.starts_with("\xff\x4f\xff\x51");
}

} // namespace

std::optional<Format> format_by_magic(Bytes source) {
    const std::string_view start = text_of(source.first(std::min(source.size(), kWithin)));
    if (start.starts_with("\xff\xd8\xff")) return Format::jpeg;
    if (start.starts_with("\x89PNG\r\n\x1a\n")) return Format::png;
    if (is_gif(start)) return Format::gif;
    if (is_webp(start)) return Format::webp;
    if (is_raw(start)) return Format::raw;
    if (is_tiff(start)) return Format::tiff;
    if (has_brand(start, {"avif", "avis"})) return Format::avif;
    if (has_brand(start, {"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"})) return Format::heic;
    if (is_bmp(start)) return Format::bmp;
    if (is_ico(start)) return Format::ico;
    if (is_jxl(start)) return Format::jxl;
    if (is_jp2k(start)) return Format::jp2k;
    if (start.starts_with("%PDF-")) return Format::pdf;
    return std::nullopt;
}

bool is_video(Bytes source) {
    const std::string_view start = text_of(source.first(std::min(source.size(), kWithin)));
    const std::string_view box = start.substr(std::min<std::size_t>(start.size(), 4)).substr(0, 4);
    // QuickTime files older than the first of these boxes begin with another one.
    return box == "ftyp" || box == "moov" || box == "mdat" || box == "wide" || start.starts_with("\x1a\x45\xdf\xa3") ||
           (start.starts_with("RIFF") && start.size() >= 12 && start.substr(8, 4) == "AVI ") ||
           start.starts_with("\0\0\1\xba"sv) || start.starts_with("\0\0\1\xb3"sv);
}

std::string_view name_of(ReadWith read_with) {
    constexpr std::array<std::string_view, 5> kNames{"libvips", "libde265", "dav1d", "own", "embedded_jpeg"};
    return kNames[static_cast<std::size_t>(read_with)];
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

std::optional<Target> target_of_path(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) return Target::automatic;
    std::string suffix(name.substr(dot + 1));
    std::ranges::transform(suffix, suffix.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    for (const Target target : {Target::jpeg, Target::png, Target::webp, Target::avif, Target::gif, Target::tiff}) {
        const std::string all = "," + std::string(spec_of(format_for(target, Format::jpeg, false)).suffixes) + ",";
        if (all.find("," + suffix + ",") != std::string::npos) return target;
    }
    return std::nullopt;
}

std::string saved_suffixes() {
    std::string suffixes;
    for (const FormatSpec& spec : kFormats)
        if (spec.saves)
            suffixes.append(suffixes.empty() ? "." : ", .").append(spec.suffixes.substr(0, spec.suffixes.find(',')));
    return suffixes;
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
    std::string table = "name\tloads\tread_with\tsaves\talpha\tquality\tauto\tmedia_type\tsuffixes\n";
    const auto yes_or_no = [](bool truth) { return truth ? "yes" : "no"; };
    for (const FormatSpec& spec : kFormats) {
        const std::string_view automatic = spec.automatic == Auto::keep  ? spec.name
                                           : spec.automatic == Auto::png ? "png"
                                                                         : "opaque";
        for (const std::string& cell :
             {std::string(spec.name), std::string(spec.loads == Loads::always ? "yes" : "named"),
              std::string(name_of(spec.read_with)), std::string(yes_or_no(spec.saves)),
              std::string(yes_or_no(spec.alpha)), spec.quality == 0 ? "-" : std::to_string(spec.quality),
              std::string(automatic), std::string(spec.media_type)})
            table.append(cell).append("\t");
        table.append(spec.suffixes).append("\n");
    }
    return table;
}

} // namespace thumbnailer
