#include "thumbnail/heif/heif_meta.h"

#include <algorithm>

#include "thumbnail/heif/heif_tables.h"

namespace thumbnailer {

namespace {

// The limit for one table. A photo of a telephone, with a hundred tiles, has some kB of tables.
constexpr std::size_t kMostTableBytes = std::size_t{4} << 20;

Result<ItemId> read_primary(Bytes meta) {
    const auto contents = find_box(meta, four_letters("pitm"));
    auto box = contents ? full_box(*contents) : std::nullopt;
    const auto id = box ? box->rest.unsigned_of(box->version == 0 ? 2 : 4) : std::nullopt;
    if (!id) return bad_heif("does not say which of its images is the first (pitm)");
    return static_cast<ItemId>(*id);
}

bool read_properties(Bytes meta, HeifMeta& into) {
    const auto container = find_box(meta, four_letters("iprp"));
    if (!container) return true;
    if (const auto properties = find_box(*container, four_letters("ipco"))) {
        Boxes boxes(*properties);
        while (const auto box = boxes.next()) into.properties.push_back(*box);
    }
    Boxes boxes(*container);
    while (const auto box = boxes.next())
        if (box->type == four_letters("ipma") &&
            (box->contents.size() > kMostTableBytes || !read_associations(box->contents, into)))
            return false;
    return true;
}

// A missing table is empty.
template <typename Read>
bool read_table(Bytes meta, const char* name, Read read, HeifMeta& into) {
    const auto contents = find_box(meta, four_letters(name));
    return !contents || (contents->size() <= kMostTableBytes && read(*contents, into));
}

// The contents after version and flags.
Result<Bytes> meta_of(Bytes source) {
    const auto meta = find_box(source, four_letters("meta"));
    if (!meta) {
        if (find_box(source, four_letters("moov")))
            return unsupported_heif("is a sequence without a still image: make a thumbnail of one of its frames, "
                                    "which ffmpeg extracts");
        return bad_heif("has no list of images (meta), or is cut short");
    }
    if (meta->size() < 4) return bad_heif("has a list of images (meta) that is cut short");
    return meta->subspan(4);
}

} // namespace

Failure bad_heif(std::string message) { return {Reason::bad_image, "the heif image " + std::move(message)}; }
Failure unsupported_heif(std::string message) {
    return {Reason::unsupported_format, "the heif image " + std::move(message)};
}

const HeifItem* HeifMeta::item(ItemId id) const {
    const auto found = items.find(id);
    return found == items.end() ? nullptr : &found->second;
}

std::vector<ItemId> HeifMeta::targets(ItemId from, FourLetters type) const {
    for (const HeifReference& reference : references)
        if (reference.from == from && reference.type == type) return reference.to;
    return {};
}

std::vector<ItemId> HeifMeta::referring(ItemId to, FourLetters type) const {
    std::vector<ItemId> all;
    for (const HeifReference& reference : references)
        if (reference.type == type && std::ranges::find(reference.to, to) != reference.to.end())
            all.push_back(reference.from);
    return all;
}

bool HeifMeta::refers(ItemId from, FourLetters type) const {
    return std::ranges::any_of(
        references, [&](const HeifReference& reference) { return reference.from == from && reference.type == type; });
}

Result<HeifMeta> read_heif_meta(Bytes source) {
    const auto contents = meta_of(source);
    if (!contents) return contents.error();
    HeifMeta meta;
    meta.source = source;
    meta.item_data = find_box(*contents, four_letters("idat")).value_or(Bytes{});
    const auto damaged = [](const char* what) { return bad_heif(std::string("has a damaged ") + what); };
    if (!read_table(*contents, "iinf", read_item_infos, meta)) return damaged("list of items (iinf)");
    if (!read_table(*contents, "iloc", read_locations, meta)) return damaged("list of places (iloc)");
    if (!read_table(*contents, "iref", read_references, meta)) return damaged("list of references (iref)");
    if (!read_properties(*contents, meta)) return damaged("list of properties (ipma)");
    const auto primary = read_primary(*contents);
    if (!primary) return primary.error();
    meta.primary = *primary;
    if (meta.item(meta.primary) == nullptr) return bad_heif("has no item of the number that is its first image");
    return meta;
}

Result<Bytes> data_of(const HeifMeta& meta, const HeifItem& item, std::vector<std::byte>& joined) {
    if (item.encrypted) return unsupported_heif("is encrypted");
    if (item.elsewhere) return unsupported_heif("has its data in another file or in other items");
    const Bytes home = item.in_meta ? meta.item_data : meta.source;
    std::vector<Bytes> parts;
    std::uint64_t length = 0;
    for (const HeifExtent& extent : item.extents) {
        ByteReader reader(home);
        const auto part = reader.take(extent.offset) ? reader.take(extent.length) : std::nullopt;
        if (!part) return bad_heif("is cut short: the data of an item are not in the file");
        parts.push_back(*part);
        length += part->size();
    }
    if (length == 0) return bad_heif("has an item without data");
    // Extents may overlap, so their sum is limited to the size of the file.
    if (length > home.size()) return bad_heif("has an item of more bytes than the file");
    if (parts.size() == 1) return parts.front();
    joined.clear();
    for (const Bytes part : parts) joined.insert(joined.end(), part.begin(), part.end());
    return Bytes(joined);
}

} // namespace thumbnailer
