// Everything that is read of a HEIF before and while it is decoded: items, pictures, pixels. Sizes are bounded, so that
// the time goes into the reader and not into large pictures.
#include <cstddef>
#include <cstdint>

#include "thumbnail/heif/heif_contents.h"
#include "thumbnail/heif/heif_pixels.h"

using namespace thumbnailer;

namespace {

constexpr std::int64_t kPixels = 512 * 512;

void decode(const HeifMeta& meta, ItemId id) try {
    const auto picture = picture_of(meta, id, kPixels);
    if (!picture || std::int64_t{picture->size.width} * picture->size.height > kPixels) return;
    const auto pixels = heif_pixels(meta, *picture, 2);
    static_cast<void>(pixels);
} catch (const vips::VError&) {
    vips_error_clear();
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char*** arguments) { return vips_init((*arguments)[0]); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto meta = read_heif_meta({reinterpret_cast<const std::byte*>(data), size});
    if (!meta) return 0;
    exif_of(*meta, meta->primary);
    xmp_of(*meta, meta->primary);
    for (const ItemId id : thumbnails_of(*meta, meta->primary)) decode(*meta, id);
    decode(*meta, meta->primary);
    return 0;
}
