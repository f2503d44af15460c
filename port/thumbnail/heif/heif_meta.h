// The items of a HEIF file (ISO/IEC 14496-12, 8.11, and ISO/IEC 23008-12): their types, the places of their bytes,
// their properties, and their references to other items. No number of the file is trusted; nothing here is larger than
// the file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "thumbnail/containers/boxes.h"

namespace thumbnailer {

using ItemId = std::uint32_t;

// A piece of an item's bytes, in the file or in the item data of the meta box.
struct HeifExtent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct HeifAssociation {
    std::uint32_t property = 0; // its place among the properties, from 1
    bool essential = false;     // a reader that does not know it must not decode the item
};

struct HeifItem {
    FourLetters type = 0;
    std::string content_type; // of a `mime` item
    bool hidden = false;
    bool encrypted = false;
    bool in_meta = false;   // its bytes are in the meta box
    bool elsewhere = false; // its bytes are in another file, or made from other items'
    std::vector<HeifExtent> extents;
    std::vector<HeifAssociation> associations;
};

// `from` is derived from, a thumbnail of, about, or auxiliary to `to`, by `type`.
struct HeifReference {
    FourLetters type = 0;
    ItemId from = 0;
    std::vector<ItemId> to;
};

struct HeifMeta {
    Bytes source;
    Bytes item_data;
    ItemId primary = 0;
    std::map<ItemId, HeifItem> items;
    std::vector<Box> properties;
    std::vector<HeifReference> references;

    // Nothing when there is none.
    const HeifItem* item(ItemId id) const;
    // The items that an item refers to; none without such a reference.
    std::vector<ItemId> targets(ItemId from, FourLetters type) const;
    // The items that refer to an item, in the order of the file.
    std::vector<ItemId> referring(ItemId to, FourLetters type) const;
    bool refers(ItemId from, FourLetters type) const;
};

// Fails with bad_image when a box is damaged or there is no primary item, and with unsupported_format when the
// file has no still image: a video, or the images of a sequence alone.
Result<HeifMeta> read_heif_meta(Bytes source);

// The bytes of an item: one piece of the file, or `joined` from several. Fails with bad_image when they are not there.
Result<Bytes> data_of(const HeifMeta& meta, const HeifItem& item, std::vector<std::byte>& joined);

Failure bad_heif(std::string message);
Failure unsupported_heif(std::string message);

} // namespace thumbnailer
