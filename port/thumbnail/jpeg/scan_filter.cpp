#include "thumbnail/jpeg/scan_filter.h"

#include <algorithm>

#include "thumbnail/jpeg/dc_only.h"
#include "thumbnail/jpeg/progressive.h"

namespace thumbnailer {

namespace {

// A block is 8 pixels wide. If this is at most half a pixel of the thumbnail, its AC coefficients are not visible.
// Subsampled chroma has larger blocks, for which one pixel is enough.
bool dc_suffices(const ProgressiveJpeg& jpeg, std::int32_t reduction) {
    return reduction >= 16 && std::ranges::all_of(jpeg.components, [&](const JpegComponent& component) {
               return reduction * component.h_sampling >= 8 * jpeg.max_h_sampling &&
                      reduction * component.v_sampling >= 8 * jpeg.max_v_sampling;
           });
}

// The coefficients of the lowest frequency, horizontal, vertical and both, are at 1, 2 and 4 in zigzag order.
constexpr std::uint64_t kLastCoarseCoefficient = 4;
// Bits of quantised coefficients below this position are not visible in a thumbnail; usual scans have an Al of 2 or 1
// (jpeg_simple_progression of libjpeg).
constexpr std::uint64_t kMaxAl = 2;

bool is_needed(const Scan& scan) { return scan.is_dc() || (scan.ss <= kLastCoarseCoefficient && scan.ah == 0); }

bool suffices(const Scan& scan) { return !is_needed(scan) || scan.is_dc() || scan.al <= kMaxAl; }

std::vector<std::byte> without_fine_scans(const ProgressiveJpeg& jpeg) {
    std::vector<std::byte> made{std::byte{0xff}, std::byte{0xd8}};
    const auto append = [&](Bytes bytes) { made.insert(made.end(), bytes.begin(), bytes.end()); };
    for (const Segment& segment : jpeg.head) append(segment.bytes);
    for (const Scan& scan : jpeg.scans) {
        append(scan.tables);
        if (!is_needed(scan)) continue;
        append(scan.header);
        append(scan.data);
    }
    made.insert(made.end(), {std::byte{0xff}, std::byte{0xd9}});
    return made;
}

} // namespace

std::optional<std::vector<std::byte>> drop_fine_scans(Bytes source, std::int32_t reduction) {
    if (reduction < 8) return std::nullopt;
    const auto jpeg = progressive_jpeg(source);
    if (!jpeg) return std::nullopt;
    if (dc_suffices(*jpeg, reduction))
        if (auto dc_only = dc_only_jpeg(*jpeg)) return dc_only;
    if (!std::ranges::all_of(jpeg->scans, suffices)) return std::nullopt;
    return without_fine_scans(*jpeg);
}

} // namespace thumbnailer
