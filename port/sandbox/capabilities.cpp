#include "sandbox/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace thumbnailer {

namespace {

constexpr std::uint32_t kForFiles = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH | 1U << CAP_FOWNER;

using Sets = std::array<__user_cap_data_struct, 2>;

bool get(Sets& sets) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(SYS_capget, &header, sets.data()) == 0;
}

bool set(const Sets& sets) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(SYS_capset, &header, sets.data()) == 0;
}

// The bounding set can be lowered only by who has CAP_SETPCAP; who lacks it gains nothing by a program anyway, because
// no_new_privs is set.
void empty_bounding_set() {
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
        ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

bool keep(std::uint32_t low) {
    Sets sets{};
    if (!get(sets)) return false;
    empty_bounding_set();
    // EINVAL: a kernel before 4.3, without ambient capabilities.
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) return false;
    sets[0] = {sets[0].effective & low, sets[0].permitted & low, 0};
    sets[1] = {};
    return set(sets);
}

} // namespace

bool keep_file_capabilities() { return keep(kForFiles); }

bool drop_capabilities() { return keep(0); }

} // namespace thumbnailer
