#include "thumbnail/raw/raw.h"

#include <algorithm>
#include <optional>

#include "base/byte_reader.h"
#include "thumbnail/containers/tiff.h"
#include "thumbnail/jpeg/segments.h"
#include "thumbnail/raw/raw_formats.h"

namespace thumbnailer {

namespace {

std::optional<RawFile> read_file(Bytes source) {
    if (auto file = read_fuji_raw(source)) return file;
    if (auto file = read_canon_raw(source)) return file;
    return read_tiff_raw(source);
}

// Baseline or progressive, 8 bits: a picture. Lossless JPEGs contain the sensor's samples.
std::optional<Size> size_of_picture(Bytes jpeg) {
    for (const JpegSegment& segment : jpeg_segments(jpeg))
        if (is_frame_header(segment.marker) && segment.marker > 0xc2) return std::nullopt;
    const auto frame = jpeg_frame(jpeg);
    if (!frame || frame->precision != 8 || frame->size.width == 0 || frame->size.height == 0) return std::nullopt;
    return frame->size;
}

std::int64_t pixels_of(Size size) { return std::int64_t{size.width} * size.height; }

// From the EXIF data of the JPEG itself; 0: it has none.
std::int32_t own_orientation(Bytes jpeg) {
    constexpr std::string_view kExif("Exif\0\0", 6);
    for (const JpegSegment& segment : jpeg_segments(jpeg)) {
        if (segment.marker != 0xe1 || !text_of(segment.contents).starts_with(kExif)) continue;
        const auto tiff = Tiff::open(segment.contents.subspan(kExif.size()));
        const auto directory = tiff ? tiff->first() : std::nullopt;
        const auto value = directory ? tiff->value(*directory, 0x0112) : std::nullopt;
        if (value && *value >= 1 && *value <= 8) return static_cast<std::int32_t>(*value);
    }
    return 0;
}

bool is_upright(Size size) { return size.height > size.width; }

// The orientation of the file counts: most cameras store previews unrotated, like the samples. Some rotate them.
std::int32_t orientation_for(const RawFile& file, Bytes jpeg, Size size) {
    const std::int32_t orientation = file.orientation != 0 ? file.orientation : own_orientation(jpeg);
    const bool turned = orientation >= 5 && file.size != Size{} && is_upright(size) != is_upright(file.size);
    return orientation == 0 || turned ? 1 : orientation;
}

} // namespace

void add_jpeg(Bytes bytes, std::uint64_t offset, std::uint64_t length, RawFile& file) {
    if (length == 0) return;
    ByteReader reader(bytes);
    const auto jpeg = reader.take(offset) ? reader.take(length) : std::nullopt;
    if (jpeg)
        file.jpegs.push_back(*jpeg);
    else
        file.cut_short = true;
}

bool is_raw(Bytes source) { return read_file(source).has_value(); }

Result<RawPicture> read_raw(Bytes source) {
    auto file = read_file(source);
    if (!file) return Failure{Reason::bad_image, "the source is no raw file"};
    if (file->cut_short)
        return Failure{Reason::bad_image, "the raw image is cut short: a jpeg image in it is not in the file"};
    RawPicture picture;
    for (const Bytes jpeg : file->jpegs) {
        const auto size = size_of_picture(jpeg);
        if (!size || pixels_of(*size) <= pixels_of(picture.jpeg_size)) continue;
        picture.jpeg = jpeg;
        picture.jpeg_size = *size;
    }
    if (picture.jpeg.empty())
        return Failure{Reason::unsupported_format,
                       "the raw image holds no jpeg image: what a sensor saw is not developed here"};
    if (pixels_of(file->size) < pixels_of(picture.jpeg_size)) file->size = picture.jpeg_size;
    picture.orientation = orientation_for(*file, picture.jpeg, picture.jpeg_size);
    picture.file = std::move(*file);
    return picture;
}

} // namespace thumbnailer
