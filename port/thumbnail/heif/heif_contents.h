// What a HEIF file holds besides one picture: further pictures, small copies, what is told about a picture.
#pragma once

#include "thumbnail/heif/heif_meta.h"

namespace thumbnailer {

// The pictures that stand for themselves: the first, then the others in the order of their numbers. Tiles, thumbnails,
// auxiliary images and what is hidden are none.
std::vector<ItemId> pictures_in(const HeifMeta& meta);

// The small copies of a picture.
std::vector<ItemId> thumbnails_of(const HeifMeta& meta, ItemId picture);

// EXIF from its byte order on, or XMP; empty: nothing is told.
std::vector<std::byte> exif_of(const HeifMeta& meta, ItemId picture);
std::vector<std::byte> xmp_of(const HeifMeta& meta, ItemId picture);

} // namespace thumbnailer
