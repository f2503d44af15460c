// The image formats, one row each: magic bytes, features, and the output format of `auto`. `thumbnailer describe
// formats` prints the table.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "job/output.h"

namespace thumbnailer {

enum class Format : std::uint8_t { jpeg, png, webp, avif, gif, tiff, svg, heic, bmp, ico, raw, jxl, jp2k, pdf };

// A set of formats.
struct FormatSet {
    std::uint32_t bits = 0;

    static constexpr std::uint32_t bit(Format format) { return 1U << static_cast<unsigned>(format); }
    constexpr bool has(Format format) const { return (bits & bit(format)) != 0; }
    constexpr void add(Format format) { bits |= bit(format); }
    constexpr void remove(Format format) { bits &= ~bit(format); }
};

// The output format of `format: auto`: the same format, png, or jpeg (png if the image has alpha).
enum class Auto : std::uint8_t { keep, png, opaque };

// Whether a format is read by default, or only if --loaders names it. In both cases its reader must be available.
enum class Loads : std::uint8_t { always, when_named };

// The reader of a format: libvips; libde265 or dav1d with our HEIF parser; a reader of this program; or, for raw files
// of cameras, the reader of the JPEG in them.
enum class ReadWith : std::uint8_t { libvips, libde265, dav1d, own, embedded_jpeg };

struct FormatSpec {
    Format format;
    std::string_view name;
    Loads loads;
    ReadWith read_with;
    bool saves;
    bool alpha;
    std::int32_t quality; // the default; 0: lossless, without a quality
    Auto automatic;
    std::string_view media_type;
    std::string_view suffixes;
    std::string_view loader; // libvips' operation for a buffer; empty: not used
    std::string_view saver;  // likewise
};

// Default qualities are sharp's (https://sharp.pixelplumbing.com/api-output).
inline constexpr std::array kFormats{
    FormatSpec{Format::jpeg, "jpeg", Loads::always, ReadWith::libvips, true, false, 80, Auto::keep, "image/jpeg",
               "jpg,jpeg,jpe,jfif", "jpegload_buffer", "jpegsave_buffer"},
    FormatSpec{Format::png, "png", Loads::always, ReadWith::libvips, true, true, 0, Auto::keep, "image/png", "png",
               "pngload_buffer", "pngsave_buffer"},
    FormatSpec{Format::webp, "webp", Loads::always, ReadWith::libvips, true, true, 80, Auto::keep, "image/webp", "webp",
               "webpload_buffer", "webpsave_buffer"},
    FormatSpec{Format::avif, "avif", Loads::always, ReadWith::dav1d, true, true, 50, Auto::keep, "image/avif", "avif",
               "heifload_buffer", "heifsave_buffer"},
    FormatSpec{Format::gif, "gif", Loads::always, ReadWith::libvips, true, true, 0, Auto::keep, "image/gif", "gif",
               "gifload_buffer", ""},
    FormatSpec{Format::tiff, "tiff", Loads::always, ReadWith::libvips, true, true, 0, Auto::opaque, "image/tiff",
               "tif,tiff", "tiffload_buffer", "tiffsave_buffer"},
    FormatSpec{Format::svg, "svg", Loads::always, ReadWith::libvips, false, true, 0, Auto::png, "image/svg+xml",
               "svg,svgz", "svgload_buffer", ""},
    FormatSpec{Format::heic, "heic", Loads::always, ReadWith::libde265, false, true, 0, Auto::opaque, "image/heic",
               "heic,heif,hif", "", ""},
    FormatSpec{Format::bmp, "bmp", Loads::always, ReadWith::own, false, true, 0, Auto::opaque, "image/bmp", "bmp,dib",
               "", ""},
    FormatSpec{Format::ico, "ico", Loads::always, ReadWith::own, false, true, 0, Auto::png, "image/vnd.microsoft.icon",
               "ico,cur", "pngload_buffer", ""},
    FormatSpec{Format::raw, "raw", Loads::always, ReadWith::embedded_jpeg, false, false, 0, Auto::opaque,
               "image/x-dcraw", "dng,cr2,cr3,nef,arw,rw2,raf,pef,srw", "jpegload_buffer", ""},
    FormatSpec{Format::jxl, "jxl", Loads::when_named, ReadWith::libvips, false, true, 0, Auto::opaque, "image/jxl",
               "jxl", "jxlload_buffer", ""},
    FormatSpec{Format::jp2k, "jp2k", Loads::when_named, ReadWith::libvips, false, true, 0, Auto::opaque, "image/jp2",
               "jp2,j2k,jpf,jpx", "jp2kload_buffer", ""},
    FormatSpec{Format::pdf, "pdf", Loads::when_named, ReadWith::libvips, false, true, 0, Auto::png, "application/pdf",
               "pdf", "pdfload_buffer", ""},
};

// The rows are in the order of the enum; otherwise a format would get the name of another.
static_assert([] {
    for (std::size_t row = 0; row < kFormats.size(); ++row)
        if (static_cast<std::size_t>(kFormats[row].format) != row) return false;
    return true;
}());

// The input formats by default.
constexpr FormatSet usual_formats() {
    FormatSet set;
    for (const FormatSpec& spec : kFormats)
        if (spec.loads == Loads::always) set.add(spec.format);
    return set;
}

// Of this program: libvips reads AVIF if it is built without dav1d.
constexpr ReadWith reader_of(const FormatSpec& spec) {
    const bool missing = spec.read_with == ReadWith::dav1d && !THUMBNAILER_AVIF_BY_DAV1D;
    return missing ? ReadWith::libvips : spec.read_with;
}

std::string_view name_of(ReadWith read_with);

inline const FormatSpec& spec_of(Format format) { return kFormats[static_cast<std::size_t>(format)]; }
inline std::string_view name_of(Format format) { return spec_of(format).name; }

// Detects the format by its magic bytes, which a drawing has not: see thumbnail/decode/sniff.h. Some raw files have
// those of TIFF.
std::optional<Format> format_by_magic(Bytes source);

// Detects a video by its magic bytes: MP4, QuickTime, Matroska, WebM, AVI, MPEG.
bool is_video(Bytes source);

// Parses names of formats separated by commas; nullopt if one is unknown.
std::optional<FormatSet> formats_named(std::string_view names);
// The names of these formats, or of all formats, separated by commas.
std::string format_names(FormatSet formats = {~0U});
FormatSet saved_formats();

// What the suffix of a file says that is to be written; automatic without a suffix, nullopt when no such format is
// written. A name that begins with its only dot has no suffix.
std::optional<Target> target_of_path(std::string_view path);

// The usual suffix of each format that is written, such as ".jpg, .png".
std::string saved_suffixes();

// The format of an output.
Format format_for(Target target, Format source, bool alpha);

// The table as tab-separated lines, as in test/contract/formats.tsv.
std::string describe_formats();

} // namespace thumbnailer
