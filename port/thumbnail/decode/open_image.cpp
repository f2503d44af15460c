#include "thumbnail/decode/open_image.h"

#include "thumbnail/bmp/ico.h"
#include "thumbnail/decode/check_header.h"
#include "thumbnail/decode/exif_text.h"
#include "thumbnail/decode/sniff.h"
#include "thumbnail/heif/heif_meta.h"
#include "thumbnail/hevc/hevc_decoder.h"
#include "thumbnail/raw/raw.h"

namespace thumbnailer {

namespace {

Failure unsupported(std::string message) { return {Reason::unsupported_format, std::move(message)}; }

// Where the first bytes do not tell.
Format by_contents(Format format, Bytes source) {
    if (format == Format::tiff && is_raw(source)) return Format::raw;
    if (format != Format::heic) return format;
    const auto meta = read_heif_meta(source);
    return meta && meta->item(meta->primary)->type == four_letters("av01") ? Format::avif : format;
}

Result<Format> format_of(const Limits& limits, Bytes source) {
    const std::string known = format_names(limits.loaders);
    const auto sniffed = sniff(source);
    if (!sniffed && is_video(source))
        return unsupported("the source is a video, of which no frame is shown here: ffmpeg makes an image of one "
                           "(ffmpeg -i FILE -frames:v 1 frame.png)");
    if (!sniffed) return unsupported("the source is not an image of a format that is read here: " + known);
    const Format format = by_contents(*sniffed, source);
    if (limits.loaders.has(format)) return format;
    if (format == Format::heic && !HevcDecoder::is_built_in())
        return unsupported(
            "the source is heic, which needs libde265: this program was built without it (on Debian: apt "
            "install libde265-dev, then build again)");
    return unsupported("the source is " + std::string(name_of(format)) + ", read here are: " + known);
}

Result<OpenImage> open_raw(const Limits& limits, Bytes source) {
    auto picture = read_raw(source);
    if (!picture) return std::move(picture).error();
    auto header = check_header(limits, Format::jpeg, picture->jpeg);
    if (!header) return std::move(header).error();
    header->orientation = picture->orientation;
    Header told = *header;
    told.format = Format::raw;
    told.raw_width = picture->file.size.width;
    told.raw_height = picture->file.size.height;
    told.square_width = told.raw_width;
    told.square_height = told.raw_height;
    if (picture->file.orientation != 0) told.orientation = picture->file.orientation;
    if (auto date = date_from_exif(picture->file.taken_at); !date.empty()) copy_text(date, told.taken_at);
    if (auto camera = camera_from_exif(picture->file.maker, picture->file.model); !camera.empty())
        copy_text(camera, told.camera);
    return OpenImage{told, *header, picture->jpeg};
}

Result<OpenImage> open_icon(const Limits& limits, Bytes source) {
    const auto largest = largest_image(source);
    if (!largest) return largest.error();
    const Bytes bytes = largest->png ? largest->bytes : source;
    auto header = check_header(limits, largest->png ? Format::png : Format::ico, bytes);
    if (!header) return std::move(header).error();
    Header told = *header;
    told.format = Format::ico;
    return OpenImage{told, *header, bytes};
}

} // namespace

Result<OpenImage> open_image(const Limits& limits, Bytes source) {
    const auto format = format_of(limits, source);
    if (!format) return format.error();
    if (*format == Format::raw) return open_raw(limits, source);
    if (*format == Format::ico) return open_icon(limits, source);
    auto header = check_header(limits, *format, source);
    if (!header) return std::move(header).error();
    return OpenImage{*header, *header, source};
}

} // namespace thumbnailer
