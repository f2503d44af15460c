#include "thumbnail/heif/heif_pixels.h"

#include <algorithm>
#include <limits>

#include "thumbnail/heif/coded_image.h"
#include "thumbnail/yuv/yuv_rows.h"

namespace thumbnailer {

using vips::VImage;

namespace {

Rect intersection(const Rect& one, const Rect& other) {
    const std::int32_t left = std::max(one.left, other.left);
    const std::int32_t top = std::max(one.top, other.top);
    const std::int32_t right = std::min(one.left + one.width, other.left + other.width);
    const std::int32_t bottom = std::min(one.top + one.height, other.top + other.height);
    return {left, top, std::max(0, right - left), std::max(0, bottom - top)};
}

bool is_divisible(const HeifPicture& picture, std::int32_t shrink) {
    const bool tiled = picture.tiles.size() > 1;
    return picture.view.crop.left % shrink == 0 && picture.view.crop.top % shrink == 0 &&
           (!tiled || (picture.tile.width % shrink == 0 && picture.tile.height % shrink == 0));
}

VImage empty_image(Size size, int bands, bool deep) {
    VipsImage* image = vips_image_new_memory();
    VImage owner(image);
    const VipsInterpretation grey = deep ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
    const VipsInterpretation colour = deep ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
    vips_image_init_fields(image, size.width, size.height, bands, deep ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR,
                           VIPS_CODING_NONE, bands == 1 ? grey : colour, 1, 1);
    if (vips_image_write_prepare(image) != 0) throw vips::VError();
    return owner;
}

template <typename Sample>
void copy_rows(YuvRows& rows, const VImage& into, std::int32_t left, std::int32_t top) {
    const auto count = static_cast<std::size_t>(rows.size().width * rows.bands());
    for (std::int32_t y = 0; y < rows.size().height; ++y) {
        auto* row = reinterpret_cast<Sample*>(VIPS_IMAGE_ADDR(into.get_image(), left, top + y));
        rows.read(y, std::span<Sample>(row, count));
    }
}

// Alpha is always of the full range, whatever its coded image says (ISO/IEC 23000-22, 7.3.5.2), as are its readers.
Nclx colours_of(const HeifPicture& picture, const YuvPlanes& planes, bool alpha) {
    Nclx nclx = picture.nclx.value_or(planes.nclx);
    if (alpha) nclx.full_range = true;
    return nclx;
}

struct Decoding {
    const HeifMeta& meta;
    const HeifPicture& picture;
    std::int32_t shrink = 1;
    bool mono = false;
    bool deep = false; // 16 bits
    bool alpha = false;
};

Result<Done> decode_tile(const Decoding& decoding, std::size_t index, HeifPixels& into) {
    const HeifPicture& picture = decoding.picture;
    const auto place = static_cast<std::int32_t>(index);
    const Rect tile{place % picture.columns * picture.tile.width, place / picture.columns * picture.tile.height,
                    picture.tile.width, picture.tile.height};
    const Rect& crop = picture.view.crop;
    const Rect shown = intersection(tile, crop);
    if (shown.width == 0 || shown.height == 0) return Done{};
    const auto coded = CodedImage::decode(decoding.meta, picture.tiles[index], picture.tile, decoding.shrink);
    if (!coded) return coded.error();
    YuvPlanes planes = coded->planes();
    if (decoding.alpha) planes.mono = true; // its chroma has no meaning
    if (planes.mono != decoding.mono) return bad_heif("has tiles with colours and tiles without");
    into.nclx = colours_of(picture, planes, decoding.alpha);
    const auto matrix = yuv_matrix(into.nclx, planes.planes[0].depth);
    if (!matrix) return matrix.error();
    YuvRows rows(planes, *matrix, {shown.left - tile.left, shown.top - tile.top, shown.width, shown.height},
                 decoding.shrink);
    const std::int32_t left = (shown.left - crop.left) / decoding.shrink;
    const std::int32_t top = (shown.top - crop.top) / decoding.shrink;
    if (decoding.deep)
        copy_rows<std::uint16_t>(rows, into.image, left, top);
    else
        copy_rows<std::uint8_t>(rows, into.image, left, top);
    return Done{};
}

Result<HeifPixels> decode_tiles(const Decoding& decoding) {
    const Size full = decoding.picture.stored_size();
    const std::int32_t shrink = decoding.shrink;
    HeifPixels pixels{empty_image({(full.width + shrink - 1) / shrink, (full.height + shrink - 1) / shrink},
                                  decoding.mono ? 1 : 3, decoding.deep),
                      {}};
    for (std::size_t index = 0; index < decoding.picture.tiles.size(); ++index)
        if (auto decoded = decode_tile(decoding, index, pixels); !decoded) return std::move(decoded).error();
    return pixels;
}

// One band, of the size and the depth of the colours.
Result<VImage> decode_alpha(const Decoding& colours) {
    auto picture = picture_of(colours.meta, *colours.picture.alpha, std::numeric_limits<std::int64_t>::max());
    if (!picture) return std::move(picture).error();
    const HeifView& view = colours.picture.view;
    // An alpha with its own rotation and crop must have those of its picture; one without follows the picture.
    const bool same = picture->view.orientation == view.orientation;
    if (!same && picture->view.orientation != 1) return bad_heif("has an alpha that is turned in another way");
    if (picture->size == colours.picture.size) picture->view = view;
    auto decoded = decode_tiles({colours.meta, *picture, 1, true, colours.deep, true});
    if (!decoded) return std::move(decoded).error();
    const VImage& alpha = decoded->image;
    const Size size = colours.picture.stored_size();
    if (alpha.width() == size.width && alpha.height() == size.height) return alpha;
    return alpha.resize(static_cast<double>(size.width) / alpha.width(),
                        VImage::option()->set("vscale", static_cast<double>(size.height) / alpha.height()));
}

VImage unpremultiplied(const VImage& image, bool deep) {
    const VImage plain = image.unpremultiply(VImage::option()->set("max_alpha", deep ? 65535.0 : 255.0));
    return plain.rint().cast(image.format());
}

} // namespace

Result<CodedFormat> format_of(const HeifMeta& meta, const HeifPicture& picture) {
    return CodedImage::format_of(meta, picture.tiles.front(), picture.tile);
}

Result<HeifPixels> heif_pixels(const HeifMeta& meta, const HeifPicture& picture, std::int32_t shrink) {
    const auto format = format_of(meta, picture);
    if (!format) return format.error();
    while (shrink > 1 && (picture.alpha || !is_divisible(picture, shrink))) shrink /= 2;
    const Decoding decoding{meta, picture, shrink, format->chroma == 0, format->depth > 8, false};
    auto pixels = decode_tiles(decoding);
    if (!pixels || !picture.alpha) return pixels;
    auto alpha = decode_alpha(decoding);
    if (!alpha) return std::move(alpha).error();
    const VImage joined = pixels->image.bandjoin(*alpha);
    pixels->image = (picture.premultiplied ? unpremultiplied(joined, decoding.deep) : joined).copy_memory();
    return pixels;
}

} // namespace thumbnailer
