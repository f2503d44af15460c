// What is read of a file besides its pixels, by readers of our own: nothing outside of it is touched.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "thumbnail/decode/png_colour.h"
#include "thumbnail/decode/tiff_layout.h"
#include "thumbnail/encode/rights.h"
#include "thumbnail/fonts/font_names.h"
#include "thumbnail/jpeg/end_marker.h"
#include "thumbnail/jpeg/sequential_data.h"
#include "thumbnail/pixels/icc_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace thumbnailer;
    const Bytes source = std::as_bytes(std::span(data, size));
    if (const auto colours = png_colours(source)) icc_profile_of(*colours, false);
    if (const auto layout = tiff_layout(source, 0))
        if (read_as_rgb(source, *layout).size() != size) std::abort();
    exif_rights(source);
    xmp_rights(text_of(source));
    xmp_of_thumbnail(text_of(source));
    iptc_of_thumbnail(source, IptcFields::all);
    font_family(source);
    has_end_marker(source);
    has_all_blocks(source);
    return 0;
}
