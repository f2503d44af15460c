#include "sandbox/landlock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace thumbnailer {

namespace {

// The kernel's struct landlock_ruleset_attr as of version 6; older kernels take a shorter one. Headers of
// the machine that builds may know less than the kernel that runs.
struct Ruleset {
    std::uint64_t files;
    std::uint64_t network;
    std::uint64_t scopes;
};

// How much of it each version knows: the number of access rights to files, to the network, and of scopes.
struct Version {
    unsigned files;
    unsigned network;
    unsigned scopes;
};
constexpr std::array kVersions{Version{13, 0, 0}, Version{14, 0, 0}, Version{15, 0, 0},
                               Version{15, 2, 0}, Version{16, 2, 0}, Version{16, 2, 2}};

constexpr unsigned kAskVersion = 1; // LANDLOCK_CREATE_RULESET_VERSION

constexpr std::uint64_t lowest(unsigned bits) { return (std::uint64_t{1} << bits) - 1; }

} // namespace

int landlock_version() {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
    return version < 0 ? 0 : static_cast<int>(version);
}

bool enter_landlock(int version) {
    if (version <= 0) return false;
    const auto known = std::min(static_cast<std::size_t>(version), kVersions.size());
    const Version& rights = kVersions[known - 1];
    const Ruleset ruleset{lowest(rights.files), lowest(rights.network), lowest(rights.scopes)};
    const std::size_t size = rights.scopes != 0 ? 24 : rights.network != 0 ? 16 : 8;
    const auto descriptor = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, size, 0));
    if (descriptor < 0) return false;
    const bool entered = ::syscall(SYS_landlock_restrict_self, descriptor, 0) == 0;
    ::close(descriptor);
    return entered;
}

} // namespace thumbnailer
