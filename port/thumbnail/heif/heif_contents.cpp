#include "thumbnail/heif/heif_contents.h"

#include <algorithm>

namespace thumbnailer {

namespace {

constexpr bool is_picture(FourLetters type) {
    return type == four_letters("hvc1") || type == four_letters("av01") || type == four_letters("grid") ||
           type == four_letters("iden");
}

// The data of the first item of a kind that describes a picture.
template <typename Is>
std::vector<std::byte> description(const HeifMeta& meta, ItemId picture, Is is) {
    for (const ItemId each : meta.referring(picture, four_letters("cdsc"))) {
        const HeifItem* item = meta.item(each);
        if (item == nullptr || !is(*item)) continue;
        std::vector<std::byte> joined;
        const auto data = data_of(meta, *item, joined);
        if (data) return {data->begin(), data->end()};
    }
    return {};
}

} // namespace

std::vector<ItemId> pictures_in(const HeifMeta& meta) {
    std::vector<ItemId> pictures{meta.primary};
    std::vector<ItemId> parts; // of other pictures
    for (const HeifReference& reference : meta.references) {
        if (reference.type == four_letters("dimg")) parts.insert(parts.end(), reference.to.begin(), reference.to.end());
        if (reference.type == four_letters("auxl") || reference.type == four_letters("thmb"))
            parts.push_back(reference.from);
    }
    std::ranges::sort(parts);
    for (const auto& [id, item] : meta.items)
        if (id != meta.primary && !item.hidden && is_picture(item.type) && !std::ranges::binary_search(parts, id))
            pictures.push_back(id);
    return pictures;
}

std::vector<ItemId> thumbnails_of(const HeifMeta& meta, ItemId picture) {
    return meta.referring(picture, four_letters("thmb"));
}

std::vector<std::byte> exif_of(const HeifMeta& meta, ItemId picture) {
    const auto data =
        description(meta, picture, [](const HeifItem& item) { return item.type == four_letters("Exif"); });
    // The number of bytes before the byte order: some writers include the name that EXIF data has in a JPEG.
    ByteReader reader(data);
    const auto skipped = reader.unsigned_of(4);
    if (!skipped || !reader.take(*skipped)) return {};
    Bytes rest = *reader.take(reader.left());
    constexpr std::string_view kName("Exif\0\0", 6); // of writers that do not count it
    if (text_of(rest).starts_with(kName)) rest = rest.subspan(kName.size());
    return {rest.begin(), rest.end()};
}

std::vector<std::byte> xmp_of(const HeifMeta& meta, ItemId picture) {
    return description(meta, picture, [](const HeifItem& item) {
        return item.type == four_letters("mime") && item.content_type == "application/rdf+xml";
    });
}

} // namespace thumbnailer
