// What the filter of the server refuses, number by number. Another filter behind it keeps the kernel from doing what
// the server's lets through, so that nothing happens here, and nobody but a filter answers EPERM.
#include <doctest/doctest.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <set>
#include <string>

#include "sandbox/filter_builder.h"
#include "support/attempts.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// Programs, connections, other processes, mounts, namespaces, keys, kernels, devices, clocks, users, and what is shared
// by a name. Each with arguments of zero; those of which an argument decides are in tests of their own.
const std::set<std::string> kRefused{
    "execve",
    "execveat",
    "socket",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "ptrace",
    "process_vm_readv",
    "process_madvise",
    "pidfd_getfd",
    "process_vm_writev",
    "kcmp",
    "bpf",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "keyctl",
    "add_key",
    "request_key",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "userfaultfd",
    "perf_event_open",
    "personality",
    "swapon",
    "swapoff",
    "reboot",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "open_tree",
    "move_mount",
    "mount_setattr",
    "open_by_handle_at",
    "mknod",
    "mknodat",
    "acct",
    "quotactl",
    "syslog",
    "iopl",
    "ioperm",
    "modify_ldt",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "sethostname",
    "setdomainname",
    "vhangup",
    "fanotify_init",
    "memfd_secret",
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setgroups",
    "shmget",
    "shmat",
    "msgget",
    "semget",
    "mq_open",
};

constexpr int kNumbers = 512;

// uretprobe and uprobe pass every filter since Linux 6.14, and end who is not being probed.
bool is_tried(int number) {
#ifdef __x86_64__
    if (number == 335 || number == 336) return false;
#endif
    return number != SYS_exit_group && number != SYS_exit;
}

// The error of each call, 0 when it was not tried.
using Errors = std::array<int, kNumbers>;

// A process behind the one that lets nothing through, and before it the server's filter or none; what it leaves in
// memory that is shared.
template <typename Shared, typename Attempt>
Shared behind_filters(bool servers, Attempt attempt) {
    void* const place = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(place != MAP_FAILED);
    auto* const shared = new (place) Shared{};
    const pid_t server = ::fork();
    if (server == 0) {
        // Traced by nobody: ENOSYS. A refusal by the other filter has precedence.
        FilterBuilder nothing(SCMP_ACT_TRACE(0));
        nothing.add(SCMP_ACT_ALLOW, SCMP_SYS(exit_group));
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || (servers && !install(server_filter())) ||
            !install(nothing.build()))
            ::_exit(kUnprepared);
        attempt(*shared);
        ::syscall(SYS_exit_group, kDone); // a sanitizer's _exit does more than this filter lets through
    }
    CHECK(status_of(server) == kDone);
    const Shared result = *shared;
    ::munmap(place, sizeof(Shared));
    return result;
}

template <typename Shared, typename Attempt>
Shared behind_the_filter(Attempt attempt) {
    return behind_filters<Shared>(true, attempt);
}

template <typename... Arguments>
int error_of(long number, Arguments... arguments) {
    return ::syscall(number, arguments...) < 0 ? errno : 0;
}

} // namespace

TEST_CASE("server filter: it refuses every call of the table and no other") {
    const auto try_all = [](Errors& each) {
        for (int number = 0; number < kNumbers; ++number)
            if (is_tried(number)) each[static_cast<std::size_t>(number)] = error_of(number, 0, 0, 0, 0, 0, 0);
    };
    const auto errors = behind_the_filter<Errors>(try_all);
    // A container may have a filter of its own, which refuses likewise.
    const auto without = behind_filters<Errors>(false, try_all);
    std::set<std::string> refused;
    for (int number = 0; number < kNumbers; ++number) {
        const int error = errors[static_cast<std::size_t>(number)];
        CHECK_MESSAGE((!is_tried(number) || error == EPERM || error == ENOSYS), syscall_name(number) << " was done");
        if (error == EPERM) refused.insert(syscall_name(number));
    }
    for (const std::string& name : kRefused) {
        const bool exists = seccomp_syscall_resolve_name(name.c_str()) >= 0; // on this architecture
        CHECK_MESSAGE((!exists || refused.contains(name)), name << " is not refused");
    }
    for (const std::string& name : refused) {
        const int number = seccomp_syscall_resolve_name(name.c_str());
        const bool elsewhere = number >= 0 && without[static_cast<std::size_t>(number)] == EPERM;
        CHECK_MESSAGE((elsewhere || kRefused.contains(name)), name << " is not in the table");
    }
}

TEST_CASE("server filter: no process is made in a namespace of its own, of whatever kind") {
    constexpr std::array kNamespaces{CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                     CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET};
    using Answers = std::array<int, kNamespaces.size() + 1>;
    const auto answers = behind_the_filter<Answers>([&](Answers& each) {
        for (std::size_t index = 0; index < kNamespaces.size(); ++index)
            each[index] = error_of(SYS_clone, kNamespaces[index] | SIGCHLD, 0, 0, 0, 0);
        each.back() = error_of(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    });
    for (std::size_t index = 0; index < kNamespaces.size(); ++index) {
        CAPTURE(index);
        CHECK(answers[index] == EPERM);
    }
    CHECK(answers.back() == ENOSYS); // only the other filter keeps it
}

TEST_CASE("server filter: processes are made the old way, whose flags a filter can see") {
    CHECK(in_server([](pid_t) { return ::syscall(SYS_clone3, nullptr, 0) >= 0 || errno != ENOSYS; }) == kDenied);
}
