#include "thumbnail/heif/heif_tables.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kMostItems = 1 << 16;

// The bytes up to a zero, which is skipped.
std::string text_from(ByteReader& reader) {
    std::string text;
    for (auto byte = reader.unsigned_of(1); byte && *byte != 0; byte = reader.unsigned_of(1))
        text.push_back(static_cast<char>(*byte));
    return text;
}

// infe. Versions before 2 do not say what an item is.
bool read_item_info(Bytes contents, HeifMeta& meta) {
    auto box = full_box(contents);
    if (!box) return false;
    if (box->version < 2) return true;
    const auto id = box->rest.unsigned_of(box->version == 2 ? 2 : 4);
    const auto protection = box->rest.unsigned_of(2);
    const auto type = box->rest.unsigned_of(4);
    if (!type || meta.items.size() >= kMostItems) return false;
    HeifItem item;
    item.type = static_cast<FourLetters>(*type);
    item.hidden = (box->flags & 1) != 0;
    item.encrypted = *protection != 0;
    if (item.type == four_letters("mime")) {
        text_from(box->rest); // its name
        item.content_type = text_from(box->rest);
    }
    return meta.items.emplace(static_cast<ItemId>(*id), std::move(item)).second;
}

// The widths of the numbers in iloc, in bytes.
struct Widths {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t base = 0;
    std::uint64_t index = 0;

    static bool is_width(std::uint64_t width) { return width == 0 || width == 4 || width == 8; }
    bool are_valid() const { return is_width(offset) && is_width(length) && is_width(base) && is_width(index); }
};

std::optional<std::vector<HeifExtent>> read_extents(ByteReader& reader, const Widths& widths) {
    const auto base = reader.unsigned_of(widths.base);
    const auto count = reader.unsigned_of(2);
    if (!count) return std::nullopt;
    std::vector<HeifExtent> extents;
    for (std::uint64_t index = 0; index < *count; ++index) {
        const auto offset = reader.take(widths.index) ? reader.unsigned_of(widths.offset) : std::nullopt;
        const auto length = reader.unsigned_of(widths.length);
        if (!offset || !length || *offset > UINT64_MAX - *base) return std::nullopt;
        // Extents without numbers have no bytes, so the file would not limit how many there are.
        if (widths.offset + widths.length == 0 && index > 0) return std::nullopt;
        extents.push_back({*base + *offset, *length});
    }
    return extents;
}

} // namespace

bool read_item_infos(Bytes contents, HeifMeta& meta) {
    auto box = full_box(contents);
    if (!box || !box->rest.unsigned_of(box->version == 0 ? 2 : 4)) return false;
    Boxes infos(*box->rest.take(box->rest.left()));
    while (const auto info = infos.next())
        if (info->type == four_letters("infe") && !read_item_info(info->contents, meta)) return false;
    return true;
}

bool read_locations(Bytes contents, HeifMeta& meta) {
    auto box = full_box(contents);
    if (!box || box->version > 2) return false;
    const auto bits = box->rest.unsigned_of(2);
    if (!bits) return false;
    const bool constructed = box->version > 0;
    const Widths widths{*bits >> 12 & 15, *bits >> 8 & 15, *bits >> 4 & 15, constructed ? *bits & 15 : 0};
    const auto count = box->rest.unsigned_of(box->version < 2 ? 2 : 4);
    if (!count || !widths.are_valid()) return false;
    for (std::uint64_t index = 0; index < *count; ++index) {
        const auto id = box->rest.unsigned_of(box->version < 2 ? 2 : 4);
        const auto method = constructed ? box->rest.unsigned_of(2) : 0;
        const auto reference = box->rest.unsigned_of(2);
        if (!reference) return false;
        auto extents = read_extents(box->rest, widths);
        if (!extents) return false;
        const auto item = meta.items.find(static_cast<ItemId>(*id));
        if (item == meta.items.end()) continue;
        if (!item->second.extents.empty()) return false;
        item->second.in_meta = (*method & 15) == 1;
        item->second.elsewhere = (*method & 15) > 1 || *reference != 0;
        item->second.extents = std::move(*extents);
    }
    return true;
}

bool read_references(Bytes contents, HeifMeta& meta) {
    auto box = full_box(contents);
    if (!box) return false;
    const std::size_t width = box->version == 0 ? 2 : 4;
    Boxes boxes(*box->rest.take(box->rest.left()));
    while (const auto each = boxes.next()) {
        ByteReader reader(each->contents);
        const auto from = reader.unsigned_of(width);
        const auto count = reader.unsigned_of(2);
        if (!count) return false;
        HeifReference reference{each->type, static_cast<ItemId>(*from), {}};
        for (std::uint64_t index = 0; index < *count; ++index) {
            const auto to = reader.unsigned_of(width);
            if (!to) return false;
            reference.to.push_back(static_cast<ItemId>(*to));
        }
        meta.references.push_back(std::move(reference));
    }
    return true;
}

bool read_associations(Bytes contents, HeifMeta& meta) {
    auto box = full_box(contents);
    const auto count = box ? box->rest.unsigned_of(4) : std::nullopt;
    if (!count) return false;
    const bool wide = (box->flags & 1) != 0;
    for (std::uint64_t index = 0; index < *count; ++index) {
        const auto id = box->rest.unsigned_of(box->version == 0 ? 2 : 4);
        const auto properties = box->rest.unsigned_of(1);
        if (!properties) return false;
        const auto item = meta.items.find(static_cast<ItemId>(*id));
        const bool known = item != meta.items.end();
        if (known && !item->second.associations.empty()) return false;
        for (std::uint64_t each = 0; each < *properties; ++each) {
            const auto bits = box->rest.unsigned_of(wide ? 2 : 1);
            if (!bits) return false;
            const std::uint64_t essential = wide ? 0x8000 : 0x80;
            if (known)
                item->second.associations.push_back(
                    {static_cast<std::uint32_t>(*bits & (essential - 1)), (*bits & essential) != 0});
        }
    }
    return true;
}

} // namespace thumbnailer
