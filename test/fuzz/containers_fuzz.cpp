// The other readers of this program's own: BMP, ICO, raw files of cameras.
#include <cstddef>
#include <cstdint>

#include "thumbnail/bmp/ico.h"
#include "thumbnail/raw/raw.h"

using namespace thumbnailer;

namespace {

constexpr std::int64_t kPixels = 1 << 20;

bool is_small(Size size) { return std::int64_t{size.width} * size.height <= kPixels; }

template <typename Rows>
void read_all(const Rows& rows, std::size_t bands) {
    std::vector<std::uint8_t> row(static_cast<std::size_t>(rows.size().width) * bands);
    for (std::int32_t y = 0; y < rows.size().height; ++y) rows.read(y, row);
}

void read_bmp(Bytes bytes) {
    const auto header = read_bmp_header(bytes);
    if (!header || !is_small(header->size)) return;
    if (const auto rows = BmpRows::open(*header)) read_all(*rows, static_cast<std::size_t>(rows->bands()));
}

void read_icon(Bytes bytes) {
    const auto largest = largest_image(bytes);
    if (!largest || largest->png) return;
    const auto header = read_icon_header(largest->bytes);
    if (!header || !is_small(header->size)) return;
    if (const auto rows = IconRows::open(largest->bytes)) read_all(*rows, 4);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
    read_bmp(bytes);
    read_icon(bytes);
    const auto picture = read_raw(bytes);
    static_cast<void>(picture);
    return 0;
}
