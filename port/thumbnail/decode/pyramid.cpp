#include "thumbnail/decode/pyramid.h"

#include <cstdlib>
#include <vector>

namespace thumbnailer {

using vips::VImage;
using vips::VOption;

namespace {

// A side of 2^31 vanishes after so many halvings.
constexpr int kMaxLevels = 31;

VImage header_of(Bytes source, const Level& level) {
    VOption* options = VImage::option();
    level.choose(options);
    VImage image;
    VipsBlob* blob = vips_blob_new(nullptr, source.data(), source.size());
    options->set("buffer", blob)->set("out", &image)->set("access", VIPS_ACCESS_SEQUENTIAL);
    vips_area_unref(VIPS_AREA(blob));
    VImage::call("tiffload_buffer", options);
    return image;
}

int count(const VImage& image, const char* field) {
    return image.get_typeof(field) == G_TYPE_INT ? image.get_int(field) : 0;
}

// Whether each side is half of the previous one, rounded up or down.
bool is_half(Size level, Size before) {
    return std::abs(level.width - before.width / 2) <= 1 && std::abs(level.height - before.height / 2) <= 1;
}

bool suffices(Size level, Size scaled) { return level.width >= scaled.width && level.height >= scaled.height; }

// A damaged level is ignored, because the page itself may be intact.
std::optional<Size> size_of(Bytes source, const Level& level) {
    try {
        const VImage image = header_of(source, level);
        return Size{image.width(), image.height()};
    } catch (const vips::VError&) {
        vips_error_clear();
        return std::nullopt;
    }
}

// Visits the levels while each is half of the previous one; returns the last that suffices.
template <typename LevelAt>
std::optional<Level> smallest(Bytes source, Size size, Size scaled, int levels, LevelAt level_at) {
    std::optional<Level> found;
    for (int index = 0; index < std::min(levels, kMaxLevels); ++index) {
        const Level level = level_at(index);
        const auto next = size_of(source, level);
        if (!next || !is_half(*next, size) || !suffices(*next, scaled)) break;
        found = level;
        size = *next;
    }
    return found;
}

} // namespace

void Level::choose(VOption* options) const {
    options->set("page", page);
    if (subifd >= 0) options->set("subifd", subifd);
}

std::optional<Level> pyramid_level(Bytes source, std::int32_t page, Size scaled) {
    const VImage image = header_of(source, {page});
    const Size size{image.width(), image.height()};
    if (const int levels = count(image, VIPS_META_N_SUBIFDS); levels > 0)
        return smallest(source, size, scaled, levels, [&](int index) { return Level{page, index}; });
    const int levels = count(image, VIPS_META_N_PAGES) - page - 1;
    return smallest(source, size, scaled, levels, [&](int index) { return Level{page + 1 + index}; });
}

} // namespace thumbnailer
