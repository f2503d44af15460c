// A picture in tiles (ISO/IEC 23008-12, 6.6.2.3), as telephones write them.
#pragma once

#include "thumbnail/heif/heif_properties.h"

namespace thumbnailer {

struct HeifGrid {
    Size size;                 // that the tiles fill from the left and the top; the last ones may reach beyond
    std::vector<ItemId> tiles; // row by row
    std::int32_t columns = 1;
    Size tile;
    HeifProperties first; // of the first tile
};

// The grid of an item. Its tiles are coded images of one size, all of which are needed to fill it. Fails with bad_image
// or unsupported_format.
Result<HeifGrid> read_grid(const HeifMeta& meta, ItemId id, const HeifItem& item);

// Whether an item is coded, not derived from others.
constexpr bool is_coded_image(FourLetters type) { return type == four_letters("hvc1") || type == four_letters("av01"); }

Failure unknown_coding(FourLetters type);

} // namespace thumbnailer
