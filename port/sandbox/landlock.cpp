#include "sandbox/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "os/descriptor.h"

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

// Of version 3; older headers do not name it.
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;

// What a rule can say of a file; the rest is for folders.
constexpr std::uint64_t kOfFiles =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | kTruncate;

constexpr std::uint64_t rights_of(PathRights rights) {
    constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    switch (rights) {
    case PathRights::read: return kRead;
    case PathRights::run: return kRead | LANDLOCK_ACCESS_FS_EXECUTE;
    case PathRights::write:
        return kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |
               kTruncate;
    }
    return 0;
}

bool add_rule(int ruleset, const PathRule& rule, std::uint64_t known) {
    const Descriptor path(::open(rule.path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (!path || ::fstat(path.get(), &status) != 0) return false;
    const std::uint64_t possible = S_ISDIR(status.st_mode) ? known : known & kOfFiles;
    const landlock_path_beneath_attr attribute{rights_of(rule.rights) & possible, path.get()};
    return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &attribute, 0) == 0;
}

bool restrict_self(int version, std::uint64_t files, std::span<const PathRule> kept) {
    if (version <= 0) return false;
    const auto known = std::min(static_cast<std::size_t>(version), kVersions.size());
    const Version& rights = kVersions[known - 1];
    const Ruleset ruleset{files & lowest(rights.files), lowest(rights.network), lowest(rights.scopes)};
    const std::size_t size = rights.scopes != 0 ? 24 : rights.network != 0 ? 16 : 8;
    const Descriptor descriptor(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, size, 0)));
    if (!descriptor) return false;
    const bool added = std::ranges::all_of(
        kept, [&](const PathRule& rule) { return add_rule(descriptor.get(), rule, ruleset.files); });
    return added && ::syscall(SYS_landlock_restrict_self, descriptor.get(), 0) == 0;
}

} // namespace

int landlock_version() {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
    return version < 0 ? 0 : static_cast<int>(version);
}

bool enter_landlock(int version, std::span<const PathRule> kept) {
    return restrict_self(version, ~std::uint64_t{0}, kept);
}

bool enter_file_landlock(int version) { return restrict_self(version, kNotForFiles, {}); }

} // namespace thumbnailer
