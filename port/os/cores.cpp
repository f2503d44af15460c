#include "os/cores.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

namespace thumbnailer {

namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

std::int64_t in_affinity() {
    cpu_set_t set;
    // EINVAL: a machine with more processors than the set has room for.
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : ::sysconf(_SC_NPROCESSORS_ONLN);
}

} // namespace

// "200000 100000" are two processors, "max 100000" all.
std::int64_t cores_in_control_group(const std::string& cpu_max) {
    std::ifstream file(cpu_max);
    std::int64_t quota = 0;
    std::int64_t period = 0;
    if (!(file >> quota >> period) || quota <= 0 || period <= 0) return kUnlimited;
    return (quota - 1) / period + 1;
}

// A container sees its own control group at the root.
std::int64_t usable_cores() {
    return std::max<std::int64_t>(1, std::min(in_affinity(), cores_in_control_group("/sys/fs/cgroup/cpu.max")));
}

} // namespace thumbnailer
