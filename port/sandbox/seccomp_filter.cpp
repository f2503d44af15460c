#include "sandbox/seccomp_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <memory>

#include "os/channel.h"

namespace thumbnailer {

namespace {

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

// What libvips and the C library were seen to use while they make thumbnails of every format, and nothing that
// reaches beyond memory, threads and descriptors that are already open.
constexpr std::array kAllowed{
    SCMP_SYS(read),          SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),      SCMP_SYS(close),
    SCMP_SYS(lseek),         SCMP_SYS(fstat),
    SCMP_SYS(fsync),         SCMP_SYS(munmap),
    SCMP_SYS(madvise),       SCMP_SYS(brk),
    SCMP_SYS(mremap),        SCMP_SYS(futex),
    SCMP_SYS(rseq),          SCMP_SYS(set_robust_list),
    SCMP_SYS(sched_yield),   SCMP_SYS(sched_getaffinity),
    SCMP_SYS(gettid),        SCMP_SYS(getpid),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),     SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),     SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),   SCMP_SYS(exit),
    SCMP_SYS(exit_group),    SCMP_SYS(tgkill),
    SCMP_SYS(sysinfo),
};

// What libraries try and do well without: answered as if it were not permitted.
constexpr std::array kRefused{
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(ioctl),
    SCMP_SYS(socket),
    SCMP_SYS(fcntl),
    SCMP_SYS(getpeername),
    SCMP_SYS(umask),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(uname),
    SCMP_SYS(newfstatat),
    SCMP_SYS(poll),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(times),
    SCMP_SYS(sched_setscheduler),
};

constexpr std::array kNeverInServer{
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(socket),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(bpf),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(kexec_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(personality),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(reboot),
};

bool add(const Context& context, std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> arguments = {}) {
    return seccomp_rule_add_array(context.get(), action, call, static_cast<unsigned>(arguments.size()),
                                  arguments.begin()) == 0;
}

// Calls whose arguments decide.
bool add_conditional(const Context& context) {
    constexpr std::uint64_t kSignal = SIGSYS;
    bool added = true;
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
        added = add(context, SCMP_ACT_ALLOW, call, {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)}) && added;
    for (const int call : {SCMP_SYS(recvmsg), SCMP_SYS(sendmsg)})
        added = add(context, SCMP_ACT_ALLOW, call, {SCMP_A0(SCMP_CMP_EQ, kChannelInWorker)}) && added;
    for (const int call : {SCMP_SYS(write), SCMP_SYS(writev)})
        added = add(context, SCMP_ACT_ALLOW, call, {SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO)}) && added;
    // Threads, never processes. clone3 hides its flags behind a pointer; glibc then falls back to clone.
    added = add(context, SCMP_ACT_ALLOW, SCMP_SYS(clone), {SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)}) &&
            added;
    added = add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3)) && added;
    // The handler that reports a violation stays in its place.
    added = add(context, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigaction), {SCMP_A0(SCMP_CMP_NE, kSignal)}) && added;
    added = add(context, SCMP_ACT_ALLOW, SCMP_SYS(prctl), {SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)}) && added;
    added =
        add(context, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)}) && added;
    return added;
}

// The filter as the kernel takes it, so that a worker need not build it again.
Filter exported(const Context& context) {
    Descriptor file(::memfd_create("thumbnailer-filter", MFD_CLOEXEC));
    if (!file || seccomp_export_bpf(context.get(), file.get()) != 0) return {};
    const auto size = static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END));
    Filter filter(size / sizeof(sock_filter));
    if (::pread(file.get(), filter.data(), size, 0) != static_cast<ssize_t>(size)) return {};
    return filter;
}

} // namespace

Filter worker_filter(bool audit) {
    const Context context(seccomp_init(audit ? SCMP_ACT_LOG : SCMP_ACT_TRAP), &seccomp_release);
    if (!context) return {};
    // A call by the numbers of another architecture is never an accident.
    seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    bool added = add_conditional(context);
    for (const int call : kAllowed) added = add(context, SCMP_ACT_ALLOW, call) && added;
    // Names that this architecture does not have are negative, and refused by being unknown.
    for (const int call : kRefused) added = (call < 0 || add(context, SCMP_ACT_ERRNO(EACCES), call)) && added;
    return added ? exported(context) : Filter{};
}

Filter server_filter() {
    const Context context(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
    if (!context) return {};
    bool added = true;
    for (const int call : kNeverInServer) added = (call < 0 || add(context, SCMP_ACT_ERRNO(EPERM), call)) && added;
    return added ? exported(context) : Filter{};
}

bool install(const Filter& filter) {
    if (filter.empty()) return false;
    const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

bool install_signals_to_self_only() {
    // By hand, because it holds this process's own id; libseccomp would take a millisecond to make it.
    constexpr auto kNumber = offsetof(seccomp_data, nr);
    constexpr auto kFirst = offsetof(seccomp_data, args); // its lower half, on little endian
    const auto self = static_cast<unsigned>(::getpid());
    return install({
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFirst),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    });
}

std::string syscall_name(int number) {
    const std::unique_ptr<char, decltype(&std::free)> name(seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number),
                                                           &std::free);
    return name ? name.get() : std::to_string(number);
}

} // namespace thumbnailer
