// How many processors this process may use.
#pragma once

#include <cstdint>
#include <string>

namespace thumbnailer {

// As many as a control group of version 2 grants by its file cpu.max, rounded up; more than there are when it says
// nothing of them.
std::int64_t cores_in_control_group(const std::string& cpu_max);

// Those of its affinity, and no more than the processor time that its control group grants; at least 1.
std::int64_t usable_cores();

} // namespace thumbnailer
