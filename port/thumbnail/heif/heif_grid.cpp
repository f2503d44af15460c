#include "thumbnail/heif/heif_grid.h"

namespace thumbnailer {

namespace {

struct Shape {
    std::int32_t rows = 1;
    std::int32_t columns = 1;
    Size size;
};

Result<Shape> read_shape(const HeifMeta& meta, const HeifItem& item) {
    std::vector<std::byte> joined;
    const auto data = data_of(meta, item, joined);
    if (!data) return data.error();
    ByteReader reader(*data);
    const auto version = reader.unsigned_of(1);
    const auto flags = reader.unsigned_of(1);
    const auto rows = reader.unsigned_of(1); // less one, as the columns
    const auto columns = reader.unsigned_of(1);
    const std::size_t width = flags && (*flags & 1) != 0 ? 4 : 2;
    const auto across = reader.unsigned_of(width);
    const auto down = reader.unsigned_of(width);
    constexpr std::uint64_t kMost = 0x7fffffff;
    if (!down || *version != 0 || *across == 0 || *down == 0 || *across > kMost || *down > kMost)
        return bad_heif("has a damaged grid");
    return Shape{static_cast<std::int32_t>(*rows) + 1,
                 static_cast<std::int32_t>(*columns) + 1,
                 {static_cast<std::int32_t>(*across), static_cast<std::int32_t>(*down)}};
}

// The tiles cover the length, and the last one is needed for it.
bool covers(std::int32_t tile, std::int32_t count, std::int32_t length) {
    return std::int64_t{tile} * count >= length && std::int64_t{tile} * (count - 1) < length;
}

Result<HeifProperties> read_tile(const HeifMeta& meta, ItemId id) {
    const HeifItem* item = meta.item(id);
    if (item == nullptr) return bad_heif("has a grid with a tile that is not there");
    if (!is_coded_image(item->type)) return unknown_coding(item->type);
    auto properties = properties_of(meta, *item);
    if (!properties) return properties;
    if (!properties->size) return bad_heif("has a tile that does not say its size (ispe)");
    if (!properties->transforms.empty()) return unsupported_heif("has a grid with tiles that are turned or cut");
    return properties;
}

} // namespace

Failure unknown_coding(FourLetters type) {
    return unsupported_heif("is coded as " + text_of_letters(type) + ", which is not read here");
}

Result<HeifGrid> read_grid(const HeifMeta& meta, ItemId id, const HeifItem& item) {
    const auto shape = read_shape(meta, item);
    if (!shape) return shape.error();
    HeifGrid grid;
    grid.size = shape->size;
    grid.columns = shape->columns;
    grid.tiles = meta.targets(id, four_letters("dimg"));
    if (std::int64_t{shape->rows} * shape->columns != static_cast<std::int64_t>(grid.tiles.size()))
        return bad_heif("has a grid with another number of tiles than it needs");
    for (const ItemId each : grid.tiles) {
        auto properties = read_tile(meta, each);
        if (!properties) return std::move(properties).error();
        if (each == grid.tiles.front()) grid.first = *properties;
        if (*properties->size != *grid.first.size) return bad_heif("has a grid with tiles of several sizes");
    }
    grid.tile = *grid.first.size;
    if (!covers(grid.tile.width, grid.columns, grid.size.width) ||
        !covers(grid.tile.height, shape->rows, grid.size.height))
        return bad_heif("has a grid that its tiles do not fill");
    return grid;
}

} // namespace thumbnailer
