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

// LANDLOCK_ACCESS_FS_EXECUTE, REMOVE_DIR and MAKE_CHAR, _DIR, _SOCK, _FIFO, _BLOCK, _SYM.
constexpr std::uint64_t kNotForFiles = 1U << 0 | 1U << 4 | 1U << 6 | 1U << 7 | 1U << 9 | 1U << 10 | 1U << 11 | 1U << 12;

constexpr std::uint64_t lowest(unsigned bits) { return (std::uint64_t{1} << bits) - 1; }

bool restrict_self(int version, std::uint64_t files) {
    if (version <= 0) return false;
    const auto known = std::min(static_cast<std::size_t>(version), kVersions.size());
    const Version& rights = kVersions[known - 1];
    const Ruleset ruleset{files & lowest(rights.files), lowest(rights.network), lowest(rights.scopes)};
    const std::size_t size = rights.scopes != 0 ? 24 : rights.network != 0 ? 16 : 8;
    const auto descriptor = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, size, 0));
    if (descriptor < 0) return false;
    const bool entered = ::syscall(SYS_landlock_restrict_self, descriptor, 0) == 0;
    ::close(descriptor);
    return entered;
}

} // namespace

int landlock_version() {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
    return version < 0 ? 0 : static_cast<int>(version);
}

bool enter_landlock(int version) { return restrict_self(version, ~std::uint64_t{0}); }

bool enter_file_landlock(int version) { return restrict_self(version, kNotForFiles); }

} // namespace thumbnailer
