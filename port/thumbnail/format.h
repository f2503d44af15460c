// The image formats, one row each: how the first bytes show them, what they can hold, what `auto` makes of
// them. `thumbnailer describe formats` prints the table.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../job.h"

namespace thumbnailer {

// What `format: auto` makes of a source: the same, the same as png, or jpeg unless it has alpha.
enum class Auto : std::uint8_t { keep, png, opaque };

struct FormatSpec {
    Format format;
    std::string_view name;
    bool saves;
    bool alpha;
    std::int32_t quality; // the default; 0: lossless, has none
    Auto automatic;
    std::string_view media_type;
    std::string_view suffixes;
    std::string_view loader; // the name of libvips' operation for a buffer
    std::string_view saver;  // likewise; empty: cannot be written
};

// Default qualities are sharp's (https://sharp.pixelplumbing.com/api-output).
inline constexpr std::array kFormats{
    FormatSpec{Format::jpeg, "jpeg", true, false, 80, Auto::keep, "image/jpeg", "jpg,jpeg,jpe,jfif", "jpegload_buffer",
               "jpegsave_buffer"},
    FormatSpec{Format::png, "png", true, true, 0, Auto::keep, "image/png", "png", "pngload_buffer", "pngsave_buffer"},
    FormatSpec{Format::webp, "webp", true, true, 80, Auto::keep, "image/webp", "webp", "webpload_buffer",
               "webpsave_buffer"},
    FormatSpec{Format::avif, "avif", true, true, 50, Auto::keep, "image/avif", "avif", "heifload_buffer",
               "heifsave_buffer"},
    FormatSpec{Format::gif, "gif", true, true, 0, Auto::keep, "image/gif", "gif", "gifload_buffer", "gifsave_buffer"},
    FormatSpec{Format::tiff, "tiff", false, true, 0, Auto::opaque, "image/tiff", "tif,tiff", "tiffload_buffer", ""},
    FormatSpec{Format::svg, "svg", false, true, 0, Auto::png, "image/svg+xml", "svg", "svgload_buffer", ""},
};

// A row out of place would give a format another's name.
static_assert([] {
    for (std::size_t row = 0; row < kFormats.size(); ++row)
        if (static_cast<std::size_t>(kFormats[row].format) != row) return false;
    return true;
}());

inline const FormatSpec& spec_of(Format format) { return kFormats[static_cast<std::size_t>(format)]; }
inline std::string_view name_of(Format format) { return spec_of(format).name; }

// The format that the first bytes show, by the formats' own magic numbers.
std::optional<Format> sniff(Bytes source);

// What an output is written as.
Format format_for(Target target, Format source, bool alpha);

// The table as tab-separated lines, as in test/contract/formats.tsv.
std::string describe_formats();

} // namespace thumbnailer
