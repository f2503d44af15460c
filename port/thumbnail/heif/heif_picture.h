// One picture of a HEIF file, ready to be decoded: its coded images, how they are laid out, what is shown of them.
#pragma once

#include "thumbnail/heif/heif_transforms.h"

namespace thumbnailer {

struct HeifPicture {
    ItemId item = 0;
    Size size;                 // of all tiles, as they are stored
    std::vector<ItemId> tiles; // row by row; one when it is a single image
    std::int32_t columns = 1;  // of tiles
    Size tile;                 // the size of each
    HeifView view;
    Bytes profile; // ICC, of the picture or of its first tile; empty: none
    std::optional<Nclx> nclx;
    std::uint64_t depth = 0; // as the properties say; 0: they do not
    std::optional<ItemId> alpha;
    bool premultiplied = false;

    Size stored_size() const { return view.crop.size(); }
};

// The picture of an item. Fails with bad_image, with unsupported_format for what it is made of that is not read here,
// and with too_large when its tiles have more than `max_pixels` each.
Result<HeifPicture> picture_of(const HeifMeta& meta, ItemId item, std::int64_t max_pixels);

} // namespace thumbnailer
