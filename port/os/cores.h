// How many processors this process may use.
#pragma once

#include <cstdint>

namespace thumbnailer {

// Those of its affinity, and no more than the processor time that its control group grants; at least 1.
std::int64_t usable_cores();

} // namespace thumbnailer
