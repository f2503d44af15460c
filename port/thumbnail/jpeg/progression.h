// How far the scans of a progressive JPEG have come (ITU-T T.81, G.1.1.1).
#pragma once

#include <array>
#include <cstdint>

#include "thumbnail/jpeg/progressive.h"

namespace thumbnailer {

class Progression {
public:
    Progression();

    // False when the scan does not continue where the earlier ones ended; else it is recorded where it ends itself.
    bool apply_scan(const Scan& scan);
    bool has_dc_of(std::size_t component) const { return lowest_bits_[component][0] >= 0; }

private:
    // That is known of each coefficient of each component; -1: nothing is.
    std::array<std::array<std::int32_t, 64>, 4> lowest_bits_;
};

} // namespace thumbnailer
