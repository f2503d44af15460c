#include "step/translate/tool_sandbox.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "os/environment.h"
#include "sandbox/filter_builder.h"
#include "sandbox/landlock.h"

namespace thumbnailer {

namespace {

// What wasm-validate, wasm2c, cc1, as, ld, clang and lld were seen to use. execve is for the start of the tool:
// Landlock says of what.
constexpr std::array kAllowed{
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(umask),
    SCMP_SYS(fcntl),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(times),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(execve),
};

// Threads, never processes; limits read, never set. Refused calls fail instead of ending the tool: what it then does is
// its own fault, and seen as such.
Filter tool_filter() {
    FilterBuilder filter(SCMP_ACT_ERRNO(EPERM));
    for (const int call : kAllowed) filter.add(SCMP_ACT_ALLOW, call);
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(clone), {SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)});
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {SCMP_A2(SCMP_CMP_EQ, 0)});
    // Its flags are behind a pointer; the C library then falls back to clone.
    filter.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
    return filter.build();
}

// /lib and /lib64 are links into /usr on most systems, and folders of their own on others.
std::vector<PathRule> rules_for(const std::string& folder) {
    std::vector<PathRule> rules{{folder, PathRights::write}};
    for (const char* path : {"/usr", "/lib", "/lib64"})
        if (::access(path, F_OK) == 0) rules.push_back({path, PathRights::run});
    if (::access("/etc/ld.so.cache", R_OK) == 0) rules.push_back({"/etc/ld.so.cache", PathRights::read});
    return rules;
}

bool limit(__rlimit_resource resource, rlim_t most) {
    const rlimit value{most, most};
    return ::setrlimit(resource, &value) == 0;
}

bool set_limits(const ToolLimits& limits) {
    bool set = limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, static_cast<rlim_t>(limits.seconds)) &&
               limit(RLIMIT_FSIZE, limits.file_bytes) && limit(RLIMIT_NOFILE, static_cast<rlim_t>(limits.descriptors));
#ifndef __SANITIZE_ADDRESS__ // which reserves 20 TB
    set = set && limit(RLIMIT_AS, limits.memory_bytes);
#endif
    return set;
}

} // namespace

bool has_tool_sandbox() { return landlock_version() > 0; }

bool enter_tool_sandbox(const std::string& folder, const ToolLimits& limits) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::chdir(folder.c_str()) != 0) return false;
    erase_environment();
    return set_limits(limits) && enter_landlock(landlock_version(), rules_for(folder)) && install(tool_filter());
}

} // namespace thumbnailer
