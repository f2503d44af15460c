#include "thumbnail/containers/boxes.h"
#include "thumbnail/containers/tiff.h"
#include "thumbnail/raw/raw_formats.h"

namespace thumbnailer {

namespace {

using Uuid = std::string_view;
constexpr Uuid kMetadata("\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48", 16);
constexpr Uuid kPreview("\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16", 16);

// The bytes after the identifier of its box.
std::optional<Bytes> uuid_box(Bytes boxes, Uuid uuid) {
    Boxes all(boxes);
    while (const auto box = all.next())
        if (box->type == four_letters("uuid") && text_of(box->contents).starts_with(uuid))
            return box->contents.subspan(uuid.size());
    return std::nullopt;
}

// A TIFF with a single directory of EXIF.
std::optional<Tiff> exif_in(Bytes metadata, std::string_view name) {
    const auto contents = find_box(metadata, four_letters(name));
    return contents ? Tiff::open(*contents) : std::nullopt;
}

void take_exif(Bytes metadata, RawFile& file) {
    const auto camera = exif_in(metadata, "CMT1");
    if (const auto directory = camera ? camera->first() : std::nullopt) {
        const auto orientation = camera->value(*directory, 0x0112).value_or(0);
        if (orientation >= 1 && orientation <= 8) file.orientation = static_cast<std::int32_t>(orientation);
        const auto width = camera->value(*directory, 0x0100).value_or(0);
        const auto height = camera->value(*directory, 0x0101).value_or(0);
        constexpr std::uint64_t kMost = 1'000'000;
        if (width <= kMost && height <= kMost)
            file.size = {static_cast<std::int32_t>(width), static_cast<std::int32_t>(height)};
        file.maker = camera->text(*directory, 0x010f);
        file.model = camera->text(*directory, 0x0110);
    }
    const auto exposure = exif_in(metadata, "CMT2");
    if (const auto directory = exposure ? exposure->first() : std::nullopt)
        file.taken_at = exposure->text(*directory, 0x9003);
}

// The box of a small JPEG: sizes, then the JPEG's length, then the JPEG.
void take_preview(Bytes contents, std::uint64_t length_at, std::uint64_t jpeg_at, RawFile& file) {
    ByteReader reader(contents);
    const auto length = reader.take(length_at) ? reader.unsigned_of(4) : std::nullopt;
    add_jpeg(contents, jpeg_at, length.value_or(0), file);
}

// The only sample of a track, if it is a JPEG.
void take_track(Bytes source, Bytes track, RawFile& file) {
    std::optional<Bytes> table = track;
    for (const char* name : {"mdia", "minf", "stbl"})
        table = table ? find_box(*table, four_letters(name)) : std::nullopt;
    const auto sizes = table ? find_box(*table, four_letters("stsz")) : std::nullopt;
    const auto offsets = table ? find_box(*table, four_letters("co64")) : std::nullopt;
    if (!sizes || !offsets) return;
    ByteReader size_reader(*sizes);
    const auto size = size_reader.take(4) ? size_reader.unsigned_of(4) : std::nullopt; // of every sample
    ByteReader offset_reader(*offsets);
    const auto offset = offset_reader.take(8) ? offset_reader.unsigned_of(8) : std::nullopt;
    if (size && offset) add_jpeg(source, *offset, *size, file);
}

} // namespace

std::optional<RawFile> read_canon_raw(Bytes source) {
    Boxes top(source);
    const auto brand = top.next();
    if (!brand || brand->type != four_letters("ftyp") || !text_of(brand->contents).starts_with("crx "))
        return std::nullopt;
    RawFile file;
    if (const auto preview = uuid_box(source, kPreview)) {
        // Eight bytes, then the box.
        if (preview->size() > 8)
            if (const auto box = find_box(preview->subspan(8), four_letters("PRVW"))) take_preview(*box, 12, 16, file);
    }
    const auto movie = find_box(source, four_letters("moov"));
    if (!movie) return file;
    if (const auto metadata = uuid_box(*movie, kMetadata)) {
        take_exif(*metadata, file);
        if (const auto box = find_box(*metadata, four_letters("THMB"))) take_preview(*box, 8, 16, file);
    }
    Boxes tracks(*movie);
    while (const auto box = tracks.next())
        if (box->type == four_letters("trak")) take_track(source, box->contents, file);
    return file;
}

} // namespace thumbnailer
