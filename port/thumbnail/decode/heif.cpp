#include "thumbnail/decode/heif.h"

#include <algorithm>
#include <limits>

#include "thumbnail/decode/exif_text.h"
#include "thumbnail/decode/preview.h"
#include "thumbnail/decode/samples.h"
#include "thumbnail/heif/heif_contents.h"
#include "thumbnail/heif/heif_pixels.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// The size was checked with the header.
constexpr std::int64_t kAnyPixels = std::numeric_limits<std::int64_t>::max();

struct Opened {
    HeifMeta meta;
    HeifPicture picture;
    std::int32_t pages = 1;
};

Result<Opened> open(Bytes source, std::int32_t page, std::int64_t max_pixels) {
    auto meta = read_heif_meta(source);
    if (!meta) return std::move(meta).error();
    const auto pictures = pictures_in(*meta);
    // The caller checks the page with the number of pages in the header.
    const std::size_t index = std::min(static_cast<std::size_t>(page), pictures.size() - 1);
    auto picture = picture_of(*meta, pictures[index], max_pixels);
    if (!picture) return std::move(picture).error();
    return Opened{std::move(*meta), std::move(*picture), static_cast<std::int32_t>(pictures.size())};
}

std::string_view colour_space(const CodedFormat& format) {
    const bool deep = format.depth > 8;
    if (format.chroma == 0) return deep ? "grey16" : "b-w";
    return deep ? "rgb16" : "srgb";
}

void set_blob(const VImage& image, const char* name, Bytes bytes) {
    if (!bytes.empty()) vips_image_set_blob_copy(image.get_image(), name, bytes.data(), bytes.size());
}

void set_metadata(const VImage& image, const Opened& opened) {
    set_blob(image, VIPS_META_ICC_NAME, opened.picture.profile);
    const auto exif = exif_of(opened.meta, opened.picture.item);
    if (!exif.empty()) {
        constexpr std::string_view kName("Exif\0\0", 6); // libvips expects the prefix that EXIF data has in a JPEG
        std::vector<std::byte> named(exif.size() + kName.size());
        std::ranges::copy(bytes_of(kName), named.begin());
        std::ranges::copy(exif, named.begin() + kName.size());
        set_blob(image, VIPS_META_EXIF_NAME, named);
    }
    set_blob(image, VIPS_META_XMP_NAME, xmp_of(opened.meta, opened.picture.item));
}

Result<VImage> decoded(const Opened& opened, std::int32_t shrink) {
    auto pixels = heif_pixels(opened.meta, opened.picture, shrink);
    if (!pixels) return std::move(pixels).error();
    set_metadata(pixels->image, opened);
    if (!opened.picture.profile.empty()) return pixels->image;
    return with_colours(pixels->image, described_by(pixels->nclx.primaries, pixels->nclx.transfer));
}

bool says_colours(const HeifPicture& picture) { return picture.nclx || !picture.profile.empty(); }

bool serves(const Header& header, const HeifPicture& picture, const HeifPicture& thumbnail, Size scaled) {
    return thumbnail.view.orientation == header.orientation && (!says_colours(picture) || says_colours(thumbnail)) &&
           serves_as_preview(header, thumbnail.stored_size(), scaled);
}

} // namespace

Result<Header> read_heif_header(Format format, Bytes source, std::int32_t page, std::int64_t max_pixels) {
    const auto opened = open(source, page, max_pixels);
    if (!opened) return opened.error();
    const HeifPicture& picture = opened->picture;
    const auto coded = format_of(opened->meta, picture);
    if (!coded) return coded.error();
    const Size size = picture.stored_size();
    Header header{.format = format, .raw_width = size.width, .raw_height = size.height};
    header.orientation = picture.view.orientation;
    header.pages = opened->pages;
    header.alpha = picture.alpha.has_value();
    header.bands = (coded->chroma == 0 ? 1 : 3) + header.alpha;
    header.depth = static_cast<std::int32_t>(coded->depth);
    header.profile_bytes = static_cast<std::int64_t>(picture.profile.size());
    header.profile = !picture.profile.empty();
    header.preview = !thumbnails_of(opened->meta, picture.item).empty();
    copy_text(colour_space(*coded), header.colour_space);
    const ExifText text = read_exif_text(exif_of(opened->meta, picture.item));
    copy_text(text.taken_at, header.taken_at);
    copy_text(text.camera, header.camera);
    return header;
}

Result<VImage> load_heif(Bytes source, std::int32_t page, std::int32_t shrink) {
    const auto opened = open(source, page, kAnyPixels);
    if (!opened) return opened.error();
    return decoded(*opened, shrink);
}

std::optional<VImage> load_heif_preview(const Header& header, Bytes source, std::int32_t page, Size scaled) {
    auto opened = open(source, page, kAnyPixels);
    if (!opened) return std::nullopt;
    std::optional<HeifPicture> smallest;
    for (const ItemId id : thumbnails_of(opened->meta, opened->picture.item)) {
        auto thumbnail = picture_of(opened->meta, id, std::int64_t{header.raw_width} * header.raw_height);
        if (thumbnail && serves(header, opened->picture, *thumbnail, scaled) &&
            (!smallest || thumbnail->size.width < smallest->size.width))
            smallest = std::move(*thumbnail);
    }
    if (!smallest) return std::nullopt;
    opened->picture = std::move(*smallest);
    auto image = decoded(*opened, 1);
    return image ? std::optional(*image) : std::nullopt;
}

} // namespace thumbnailer
