#include "thumbnail/jpeg/progression.h"

namespace thumbnailer {

namespace {

constexpr std::int32_t kNothing = -1;

bool is_possible(const Scan& scan) {
    if (scan.ss > scan.se || scan.se > 63 || scan.al > 13) return false;
    if (scan.ss == 0 ? scan.se != 0 : scan.components.size() != 1) return false;
    return scan.ah == 0 || scan.al + 1 == scan.ah;
}

} // namespace

Progression::Progression() {
    for (auto& component : lowest_bits_) component.fill(kNothing);
}

bool Progression::apply_scan(const Scan& scan) {
    if (!is_possible(scan)) return false;
    const std::int32_t before = scan.ah == 0 ? kNothing : static_cast<std::int32_t>(scan.ah);
    for (const ScanComponent& part : scan.components)
        for (std::uint64_t at = scan.ss; at <= scan.se; ++at) {
            if (lowest_bits_[part.component][at] != before) return false;
            if (scan.ss != 0 && !has_dc_of(part.component)) return false;
            lowest_bits_[part.component][at] = static_cast<std::int32_t>(scan.al);
        }
    return true;
}

} // namespace thumbnailer
