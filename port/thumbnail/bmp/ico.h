// Icons and cursors of Windows (ICO, CUR): a list of images, each a PNG or a bitmap with a mask below it.
#pragma once

#include <cstdint>
#include <span>

#include "thumbnail/bmp/bmp_rows.h"

namespace thumbnailer {

struct IconImage {
    Bytes bytes;
    bool png = false; // else a bitmap
};

// The image with the most pixels, of several with as many the one with the most bits. Judged by the images' own
// headers: the list holds no size over 256. Fails with bad_image when an image is not where the list says.
Result<IconImage> largest_image(Bytes source);

// The pixels of a bitmap in an icon. Alpha is its own, or made from its mask.
class IconRows {
public:
    static Result<IconRows> open(Bytes bitmap);

    Size size() const { return rows_.size(); }

    // Row `y` from the top: red, green, blue, alpha. False when a pixel has a colour that is not in the palette.
    bool read(std::int32_t y, std::span<std::uint8_t> row) const;

private:
    IconRows(BmpRows rows, Bytes mask) : rows_(std::move(rows)), mask_(mask) {}

    BmpRows rows_;
    Bytes mask_; // one bit for each pixel, from the bottom up; empty: the pixels have alpha of their own
};

} // namespace thumbnailer
