#include <linux/audit.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <ctime>

#include "os/channel.h"
#include "sandbox/filter_builder.h"

namespace thumbnailer {

namespace {

// What libvips and the C library were seen to use while they make thumbnails of every format, and nothing that
// reaches beyond memory, threads and descriptors that are already open.
constexpr std::array kAllowed{
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(fsync),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(sched_yield),
    SCMP_SYS(poll), // a worker waits a while for its next job before it gives its memory back
    SCMP_SYS(ppoll),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(tgkill),
    SCMP_SYS(sysinfo),
    SCMP_SYS(dup),
};

// What libraries try and do well without: answered as if it were not permitted.
constexpr std::array kRefused{
    SCMP_SYS(open),     SCMP_SYS(openat),     SCMP_SYS(stat),        SCMP_SYS(lstat),
    SCMP_SYS(statx),    SCMP_SYS(access),     SCMP_SYS(faccessat),   SCMP_SYS(faccessat2),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),      SCMP_SYS(ioctl),
    SCMP_SYS(socket),   SCMP_SYS(fcntl),      SCMP_SYS(getpeername), SCMP_SYS(umask),
    SCMP_SYS(unlink),   SCMP_SYS(unlinkat),   SCMP_SYS(uname),       SCMP_SYS(newfstatat),
    SCMP_SYS(mkdir),    SCMP_SYS(mkdirat),    SCMP_SYS(getuid),      SCMP_SYS(geteuid),
    SCMP_SYS(getgid),   SCMP_SYS(getegid),    SCMP_SYS(times),       SCMP_SYS(sched_setscheduler),
};

struct ArgumentRule {
    std::uint32_t action;
    int call;
    scmp_arg_cmp argument;
};

// How the C libraries make a thread; the second is musl's, which adds a flag that no longer does anything. A new
// process or a namespace differs from these.
constexpr std::uint64_t kThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                       CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

// Clocks of the system and of the caller. Those of other processes are negative.
constexpr std::uint64_t kClocks = 16;

// Calls of which one argument decides.
const std::array kByArgument{
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), SCMP_A0(SCMP_CMP_EQ, kChannelInWorker)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), SCMP_A0(SCMP_CMP_EQ, kChannelInWorker)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(write), SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(writev), SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_EQ, kThreadFlags)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_EQ, kThreadFlags | CLONE_DETACHED)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(clock_gettime), SCMP_A0(SCMP_CMP_LT, kClocks)},
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(clock_nanosleep), SCMP_A0(SCMP_CMP_LT, kClocks)},
    // The handler that reports a violation stays in its place; see also install_process_rules().
    ArgumentRule{SCMP_ACT_ALLOW, SCMP_SYS(rt_sigaction), SCMP_A0(SCMP_CMP_NE, SIGSYS)},
};

// Advice that changes nothing but how soon pages come and go. No other: one kind damages the machine's memory.
constexpr int kPopulateWrite = 23; // MADV_POPULATE_WRITE of Linux 5.14, by which a step gets its memory at once
constexpr std::array kAdvice{MADV_NORMAL,   MADV_RANDOM,   MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE,
                             MADV_DONTFORK, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_DONTDUMP, kPopulateWrite};

} // namespace

Filter worker_filter(bool audit) {
    FilterBuilder filter(audit ? SCMP_ACT_LOG : SCMP_ACT_TRAP);
    // A call by the numbers of another architecture is never an accident.
    filter.set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (const int call : kAllowed) filter.add(SCMP_ACT_ALLOW, call);
    for (const int call : kRefused) filter.add(SCMP_ACT_ERRNO(EACCES), call);
    for (const ArgumentRule& rule : kByArgument) filter.add(rule.action, rule.call, {rule.argument});
    for (const int advice : kAdvice)
        filter.add(SCMP_ACT_ALLOW, SCMP_SYS(madvise), {SCMP_A2(SCMP_CMP_EQ, static_cast<std::uint64_t>(advice))});
    // Shared memory would keep pages that the process no longer has mapped, and huge pages are counted elsewhere.
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(mmap),
               {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_TYPE | MAP_HUGETLB | MAP_LOCKED, MAP_PRIVATE)});
    // Its flags are behind a pointer; the C library then falls back to clone.
    filter.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)});
    return filter.build();
}

bool install_process_rules() {
    // By hand, because it holds this process's own id; libseccomp would take a millisecond to make it. Arguments are
    // compared by their lower halves, which is what the kernel looks at for these calls; they come first on little
    // endian.
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    constexpr auto kNumber = offsetof(seccomp_data, nr);
    constexpr auto kFirst = offsetof(seccomp_data, args);
    constexpr auto kSecond = kFirst + sizeof(std::uint64_t);
    constexpr auto kThird = kSecond + sizeof(std::uint64_t);
    constexpr unsigned kPriorityFutexes = 1U << FUTEX_LOCK_PI | 1U << FUTEX_UNLOCK_PI | 1U << FUTEX_TRYLOCK_PI |
                                          1U << FUTEX_WAIT_REQUEUE_PI | 1U << FUTEX_CMP_REQUEUE_PI |
                                          1U << 13; // LOCK_PI2
    // An end by these looks as if it came from outside, for which no image is blamed.
    constexpr unsigned kSignalsFromOutside = 1U << SIGINT | 1U << SIGKILL | 1U << SIGTERM;
    const auto self = static_cast<unsigned>(::getpid());
    return install({
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 9),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFirst),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 0, 22),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kThird),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 32, 4, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_IMM, kSignalsFromOutside),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_X, 0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 16, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        // Only about itself. A thread that asks about itself uses its own number, which is not known here: the C
        // library takes ENOSYS for "not on this system" and goes on, as it does not with another error.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_getaffinity, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFirst),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 13, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 12, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        // As kByArgument has it, which compares all 64 bits.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigaction, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFirst),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGSYS, 7, 8),
        // Futexes that inherit priorities: nothing here uses them, and faults were found there again and again.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 7),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kSecond),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x1f),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_IMM, kPriorityFutexes),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_X, 0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    });
}

} // namespace thumbnailer
