#include "thumbnail/vips/row_image.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

namespace {

struct Rows {
    ReadRow read;
    const char* damage;
};

bool copy_rows(VipsRegion* region, const Rows& rows) {
    std::vector<std::uint8_t> row(VIPS_IMAGE_SIZEOF_LINE(region->im));
    const VipsRect& wanted = region->valid;
    const auto pixel = static_cast<std::ptrdiff_t>(VIPS_IMAGE_SIZEOF_PEL(region->im));
    for (int y = wanted.top; y < VIPS_RECT_BOTTOM(&wanted); ++y) {
        if (!rows.read(y, row)) {
            vips_error("row", "%s", rows.damage);
            return false;
        }
        const auto from = row.begin() + wanted.left * pixel;
        std::copy_n(from, wanted.width * pixel, VIPS_REGION_ADDR(region, wanted.left, y));
    }
    return true;
}

int generate(VipsRegion* region, void*, void* rows, void*, gboolean*) {
    return called_back("row", [&] { return copy_rows(region, *static_cast<const Rows*>(rows)); });
}

VipsInterpretation interpretation_of(int bands) {
    return bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
}

} // namespace

vips::VImage image_of_rows(Size size, int bands, ReadRow read, const char* damage) {
    VipsImage* image = vips_image_new();
    vips::VImage owner(image);
    vips_image_init_fields(image, size.width, size.height, bands, VIPS_FORMAT_UCHAR, VIPS_CODING_NONE,
                           interpretation_of(bands), 1, 1);
    auto rows = std::make_unique<Rows>();
    rows->read = std::move(read);
    rows->damage = damage;
    Rows* kept = rows.get();
    g_object_set_data_full(G_OBJECT(image), "thumbnailer-rows", rows.release(),
                           [](void* pointer) { delete static_cast<Rows*>(pointer); });
    if (vips_image_pipelinev(image, VIPS_DEMAND_STYLE_THINSTRIP, nullptr) != 0 ||
        vips_image_generate(image, nullptr, generate, nullptr, kept, nullptr) != 0)
        throw vips::VError();
    return owner;
}

} // namespace thumbnailer
