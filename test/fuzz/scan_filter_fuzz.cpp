// Whatever is left out of a progressive JPEG, a JPEG of the same size remains.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "thumbnail/jpeg/scan_filter.h"
#include "thumbnail/jpeg/segments.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace thumbnailer;
    const Bytes source = std::as_bytes(std::span(data, size));
    for (const std::int32_t reduction : {8, 16}) {
        const auto lighter = drop_fine_scans(source, reduction);
        if (lighter && !jpeg_frame(*lighter)) std::abort();
    }
    return 0;
}
