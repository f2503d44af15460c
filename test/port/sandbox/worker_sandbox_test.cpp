#include "sandbox/sandbox.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "support/attempts.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

TEST_CASE("sandbox: this machine offers every layer, and each was tried") {
    CHECK(in_worker([] { return true; }) == kDone);
}

TEST_CASE("sandbox: memory and threads of its own are a worker's to use") {
    CHECK(in_worker([] {
              void* memory = ::mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return memory != MAP_FAILED && ::munmap(memory, 1 << 20) == 0;
          }) == kDone);
}

TEST_CASE("sandbox: no file can be read, written, listed or asked about") {
    CHECK(in_worker([] { return ::open("/etc/passwd", O_RDONLY) >= 0; }) == kDenied);
    CHECK(in_worker([] { return ::open("/proc/self/environ", O_RDONLY) >= 0; }) == kDenied);
    CHECK(in_worker([] { return ::open("/tmp/left-behind", O_WRONLY | O_CREAT, 0600) >= 0; }) == kDenied);
    CHECK(in_worker([] { return ::access("/etc", R_OK) == 0; }) == kDenied);
    CHECK(in_worker([] { return ::unlink("/tmp/anything") == 0 || errno == ENOENT; }) == kDenied);
}

TEST_CASE("sandbox: a newer way to open a file than the list knows ends the worker") {
    CHECK(in_worker([] { return ::syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0) >= 0; }) == kEnded);
}

TEST_CASE("sandbox: there is no network") {
    CHECK(in_worker([] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }) == kDenied);
    CHECK(in_worker([] {
              sockaddr_in address{};
              address.sin_family = AF_INET;
              return ::connect(0, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
          }) == kEnded);
}

TEST_CASE("sandbox: no program can be run and no process made") {
    CHECK(in_worker([] { return ::execl("/bin/true", "true", nullptr) == 0; }) == kEnded);
    CHECK(in_worker([] { return ::fork() >= 0; }) == kEnded);
    CHECK(in_worker([] { return ::syscall(SYS_clone3, nullptr, 0) >= 0 || errno != ENOSYS; }) == kDenied);
}

TEST_CASE("sandbox: no other process can be reached") {
    CHECK(in_worker([] { return ::kill(::getppid(), SIGTERM) == 0; }) == kEnded);
    CHECK(in_worker([] { return ::syscall(SYS_tgkill, 1, 1, SIGTERM) == 0; }) == kEnded);
    CHECK(in_worker([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }) == kEnded);
    CHECK(in_worker([] { return ::syscall(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0) == 0; }) == kEnded);
}

TEST_CASE("sandbox: no memory becomes executable") {
    CHECK(in_worker([] {
              return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                     MAP_FAILED;
          }) == kEnded);
    CHECK(in_worker([] {
              void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
          }) == kEnded);
}

TEST_CASE("sandbox: only stderr can be written to with write") {
    CHECK(in_worker([] { return ::write(STDOUT_FILENO, "x", 1) == 1; }) == kEnded);
    CHECK(in_worker([] { return ::write(STDERR_FILENO, "", 0) == 0; }) == kDone);
}

TEST_CASE("sandbox: the way in cannot be undone") {
    CHECK(in_worker([] { return ::signal(SIGSYS, SIG_IGN) != SIG_ERR; }) == kEnded);
    CHECK(in_worker([] { return ::prctl(PR_SET_DUMPABLE, 1) == 0; }) == kEnded);
    CHECK(in_worker([] {
              rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
              return ::setrlimit(RLIMIT_CORE, &limit) == 0;
          }) == kEnded);
    CHECK(in_worker([] { return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, nullptr) == 0; }) == kEnded);
    CHECK(in_worker([] { return ::syscall(SYS_io_uring_setup, 1, nullptr) >= 0; }) == kEnded);
}

TEST_CASE("sandbox: nothing of the environment is left") {
    ::setenv("THUMBNAILER_TEST_SECRET", "1", 1);
    CHECK(in_worker([] { return ::getenv("THUMBNAILER_TEST_SECRET") == nullptr && environ == nullptr; }) == kDone);
}

TEST_CASE("sandbox: abort is still an abort, so that a crash is told as what it was") {
    CHECK(in_worker([]() -> bool { std::abort(); }) == 128 + SIGABRT);
}

TEST_CASE("sandbox: off confines nothing") {
    CHECK(in_worker([] { return ::open("/etc/passwd", O_RDONLY) >= 0; }, SandboxMode::off) == kDone);
}

TEST_CASE("sandbox: a forbidden call is named") { CHECK(syscall_name(SYS_execve) == "execve"); }

TEST_CASE("sandbox: a worker does not map the code of a file either") {
    CHECK(in_worker([] {
              void* const place = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return ::mmap(place, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, STDERR_FILENO, 0) !=
                     MAP_FAILED;
          }) == kEnded);
}
