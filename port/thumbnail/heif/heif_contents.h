// What a HEIF file contains besides one picture: further pictures, thumbnails, metadata.
#pragma once

#include "thumbnail/heif/heif_meta.h"

namespace thumbnailer {

// The primary picture, then the others in the order of their numbers. Tiles, thumbnails, auxiliary and hidden images
// are not counted.
std::vector<ItemId> pictures_in(const HeifMeta& meta);

// The thumbnails of a picture.
std::vector<ItemId> thumbnails_of(const HeifMeta& meta, ItemId picture);

// EXIF from its byte order on, or XMP; empty: there is none.
std::vector<std::byte> exif_of(const HeifMeta& meta, ItemId picture);
std::vector<std::byte> xmp_of(const HeifMeta& meta, ItemId picture);

} // namespace thumbnailer
