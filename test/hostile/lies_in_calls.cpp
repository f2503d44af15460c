// The system calls of a worker abused, its descriptors closed, its memory searched.
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include "hostile.h"
#include "os/channel.h"

namespace thumbnailer::hostile {

namespace {

// Must be stopped by the sandbox before it returns.
template <typename... Arguments>
void call(long number, Arguments... arguments) {
    ::syscall(number, arguments...);
    succeeded();
}

// May be refused, and must not work.
void must_fail(bool worked) {
    if (worked) succeeded();
}

constexpr std::size_t kPage = 4096;

void* map(int protection, int flags, int fd = -1) { return ::mmap(nullptr, kPage, protection, flags, fd, 0); }

bool is_font(int fd) {
    std::array<char, 4> start{};
    constexpr std::array<std::string_view, 4> kStarts{{{"\0\1\0\0", 4}, "OTTO", "ttcf", "true"}};
    return ::pread(fd, start.data(), start.size(), 0) == 4 && ::pwrite(fd, start.data(), 0, 0) < 0 &&
           std::ranges::find(kStarts, std::string_view(start.data(), start.size())) != kStarts.end();
}

constexpr Lie kLies[] = {
    {"clones_a_process", [](Attack&) { call(SYS_clone, SIGCHLD, 0, 0, 0, 0); }},
    {"clones_into_a_user_namespace", [](Attack&) { call(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); }},
    {"clones_a_thread_with_a_namespace",
     [](Attack&) { call(SYS_clone, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWNS, 0, 0, 0, 0); }},
    {"clones_as_sibling", [](Attack&) { call(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0); }},
    {"unshares", [](Attack&) { call(SYS_unshare, CLONE_NEWUSER); }},
    {"takes_capabilities", [](Attack&) { call(SYS_capset, nullptr, nullptr); }},
    {"replaces_the_handler", [](Attack&) { call(SYS_rt_sigaction, SIGSYS, nullptr, nullptr, 8); }},
    {"replaces_the_handler_by_64_bits",
     [](Attack&) { call(SYS_rt_sigaction, (1L << 32) + SIGSYS, nullptr, nullptr, 8); }},
    {"maps_a_program", [](Attack&) { map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS), succeeded(); }},
    {"maps_its_result_as_a_program",
     [](Attack& a) { map(PROT_READ | PROT_EXEC, MAP_PRIVATE, a.memory()), succeeded(); }},
    {"maps_shared_memory", [](Attack&) { map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS), succeeded(); }},
    {"maps_the_result_to_write", [](Attack& a) { map(PROT_READ | PROT_WRITE, MAP_SHARED, a.memory()), succeeded(); }},
    {"maps_huge_pages",
     [](Attack&) { map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB), succeeded(); }},
    {"advises_hwpoison", [](Attack&) { call(SYS_madvise, nullptr, 0, 100); }},
    {"reads_the_clock_of_another", [](Attack&) { call(SYS_clock_gettime, ~(1L << 3) | 2, nullptr); }},
    {"asks_for_the_cores_of_another",
     [](Attack&) {
         cpu_set_t set;
         must_fail(::syscall(SYS_sched_getaffinity, 1, sizeof set, &set) > 0);
     }},
    {"locks_a_priority_futex", [](Attack&) { call(SYS_futex, nullptr, FUTEX_LOCK_PI, 0, nullptr, nullptr, 0); }},
    {"signals_another", [](Attack&) { call(SYS_tgkill, 1, 1, 0); }},
    {"kills_its_parent", [](Attack&) { call(SYS_kill, 1, 0); }},
    {"reads_another_process", [](Attack&) { call(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0); }},
    {"opens_a_file", [](Attack&) { must_fail(::syscall(SYS_openat, AT_FDCWD, "/etc/passwd", 0, 0) >= 0); }},
    {"opens_a_file_the_new_way", [](Attack&) { call(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0); }},
    {"opens_a_connection", [](Attack&) { must_fail(::socket(AF_INET, SOCK_STREAM, 0) >= 0); }},
    {"makes_a_socket_pair",
     [](Attack&) {
         int ends[2];
         call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends);
     }},
    {"makes_a_pipe",
     [](Attack&) {
         int ends[2];
         call(SYS_pipe2, ends, 0);
     }},
    {"makes_memory", [](Attack&) { call(SYS_memfd_create, "x", 0); }},
    {"runs_a_program", [](Attack&) { call(SYS_execve, "/bin/true", nullptr, nullptr); }},
    {"raises_a_limit",
     [](Attack&) {
         rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
         call(SYS_prlimit64, 0, RLIMIT_AS, &limit, nullptr);
     }},
    {"becomes_dumpable", [](Attack&) { call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }},
    {"sets_a_filter", [](Attack&) { call(SYS_seccomp, 0, 0, nullptr); }},
    {"uses_io_uring", [](Attack&) { call(SYS_io_uring_setup, 1, nullptr); }},
    {"writes_to_stdout", [](Attack&) { call(SYS_write, STDOUT_FILENO, "x", 1); }},
    {"writes_to_the_source", [](Attack& a) { must_fail(::pwrite(a.source(), "x", 1, 0) == 1); }},
    {"has_other_descriptors",
     [](Attack& a) {
         // 0 and 1 lead nowhere, 2 is stderr, 3 the channel, and then what came with the job.
         for (int fd = 4; fd < 128; ++fd) {
             bool known = false;
             for (const Descriptor& each : a.descriptors) known = known || each.get() == fd;
             if (kFirstFont <= fd && is_font(fd)) continue; // open for every worker, to be read
             must_fail(!known && ::lseek(fd, 0, SEEK_CUR) < 0 ? errno != EBADF : !known);
         }
         char byte = 0;
         // At their end, not merely empty for now.
         must_fail(::read(STDIN_FILENO, &byte, 1) != 0 || ::read(STDOUT_FILENO, &byte, 1) != 0);
     }},
    {"closes_the_channel",
     [](Attack&) {
         ::close(kChannelInWorker);
         for (;;) ::nanosleep(nullptr, nullptr);
     }},
    {"closes_the_source", [](Attack& a) { a.descriptors[0].reset(); }},
    {"closes_the_result", [](Attack& a) { a.descriptors[1].reset(); }},
    {"closes_stdin", [](Attack&) { ::close(STDIN_FILENO); }},
    {"closes_stderr",
     [](Attack&) {
         ::close(STDERR_FILENO);
         // Else the memory of the worker's next result has this number, and a later lie on stderr damages that.
         must_fail(::dup(STDIN_FILENO) != STDERR_FILENO);
     }},
    {"writes_beyond_the_limit", [](Attack& a) { must_fail(::pwrite(a.memory(), "x", 1, off_t{1} << 40) == 1); }},
    {"kills_itself", [](Attack&) { call(SYS_tgkill, ::getpid(), ::getpid(), SIGKILL); }},
    {"ends_itself_as_an_operator_does", [](Attack&) { call(SYS_tgkill, ::getpid(), ::getpid(), SIGTERM); }},
    {"calls_by_a_number_of_x32", [](Attack&) { call(0x40000000 + SYS_getpid); }},
    // The number of the call decides what its registers mean: 20 is getpid there, and writev here.
    {"calls_by_a_number_of_i386",
     [](Attack&) {
#ifdef __x86_64__
         long number = 20;
         asm volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
#endif
         succeeded();
     }},
    {"calls", [](Attack& a) { call(std::stol(std::string(a.argument)), 0, 0, 0, 0, 0, 0); }},
    {"finds", [](Attack& a) { must_fail(finds(a.argument)); }},
};

bool is_readable(std::uintptr_t page) {
    // The set is copied before the question what to do with it is looked at.
    return ::syscall(SYS_rt_sigprocmask, 77, page, nullptr, 8) == 0 || errno != EFAULT;
}

bool stands_in(std::uintptr_t from, std::uintptr_t end, std::string_view hidden) {
    const auto* text = reinterpret_cast<const char*>(from);
    for (std::uintptr_t at = 0; at + hidden.size() <= end - from; ++at) {
        std::size_t same = 0;
        while (same < hidden.size() && (text[at + same] ^ 0x55) == hidden[same]) ++same;
        if (same == hidden.size()) return true;
    }
    return false;
}

bool stands_around(std::uintptr_t middle, std::size_t reach, std::string_view hidden) {
    std::uintptr_t from = 0;
    const std::uintptr_t first = middle / kPage * kPage - std::min<std::uintptr_t>(middle / kPage * kPage, reach);
    for (std::uintptr_t page = first; page < middle + reach; page += kPage) {
        const bool readable = is_readable(page);
        if (readable && from == 0) from = page;
        if (readable || from == 0) continue;
        if (stands_in(from, page, hidden)) return true;
        from = 0;
    }
    return from != 0 && stands_in(from, middle + reach, hidden);
}

} // namespace

bool finds(std::string_view hidden) {
    constexpr std::size_t kReach = std::size_t{48} << 20;
    const int on_stack = 0;
    const std::string on_heap(64, 'x');
    const std::string mapped(std::size_t{1} << 20, 'x');
    for (const void* place : {static_cast<const void*>(&on_stack), static_cast<const void*>(on_heap.data()),
                              static_cast<const void*>(mapped.data()), reinterpret_cast<const void*>(&std::memcpy)})
        if (stands_around(reinterpret_cast<std::uintptr_t>(place), kReach, hidden)) return true;
    return false;
}

std::span<const Lie> lies_in_calls() { return kLies; }

} // namespace thumbnailer::hostile
