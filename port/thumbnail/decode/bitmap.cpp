#include "thumbnail/decode/bitmap.h"

#include <memory>

#include "thumbnail/vips/row_image.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr const char* kDamage = "a pixel has a colour that is not in the palette";

Header header_of(Format format, Size size, bool alpha, Bytes profile) {
    Header header{.format = format, .raw_width = size.width, .raw_height = size.height};
    header.bands = alpha ? 4 : 3;
    header.depth = 8;
    header.alpha = alpha;
    header.profile_bytes = static_cast<std::int64_t>(profile.size());
    header.profile = !profile.empty();
    copy_text("srgb", header.colour_space);
    return header;
}

// The rows live as long as the image.
template <typename Rows>
VImage image_of(Rows rows, int bands) {
    const Size size = rows.size();
    const auto shared = std::make_shared<const Rows>(std::move(rows));
    return image_of_rows(
        size, bands, [shared](std::int32_t y, std::span<std::uint8_t> row) { return shared->read(y, row); }, kDamage);
}

Result<VImage> load_bmp(Bytes source) {
    auto header = read_bmp_header(source);
    if (!header) return std::move(header).error();
    const Bytes profile = header->profile;
    auto rows = BmpRows::open(std::move(*header));
    if (!rows) return std::move(rows).error();
    const int bands = rows->bands();
    VImage image = image_of(std::move(*rows), bands);
    if (!profile.empty())
        vips_image_set_blob_copy(image.get_image(), VIPS_META_ICC_NAME, profile.data(), profile.size());
    return image;
}

Result<VImage> load_icon(Bytes source) {
    const auto largest = largest_image(source);
    if (!largest) return largest.error();
    auto rows = IconRows::open(largest->bytes);
    if (!rows) return std::move(rows).error();
    return image_of(std::move(*rows), 4);
}

} // namespace

Result<Header> read_bitmap_header(Format format, Bytes source) {
    if (format == Format::bmp) {
        const auto header = read_bmp_header(source);
        if (!header) return header.error();
        return header_of(format, header->size, header->has_alpha(), header->profile);
    }
    const auto largest = largest_image(source);
    if (!largest) return largest.error();
    const auto header = read_icon_header(largest->bytes);
    if (!header) return header.error();
    return header_of(format, header->size, true, {});
}

Result<VImage> load_bitmap(Format format, Bytes source) {
    return format == Format::bmp ? load_bmp(source) : load_icon(source);
}

} // namespace thumbnailer
