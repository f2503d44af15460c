#include "sandbox/sandbox.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include "os/environment.h"
#include "sandbox/landlock.h"

using namespace thumbnailer;

namespace {

constexpr int kEnded = 128 + SIGSYS; // what a worker exits with after a forbidden call
constexpr int kDone = 0;
constexpr int kDenied = 1;
constexpr int kUnprepared = 2;

// What becomes of an attempt inside a worker of a server with this mode. In processes of its own, because a server
// confines itself for good.
template <typename Attempt>
int in_worker(Attempt attempt, SandboxMode mode = SandboxMode::require) {
    const auto status_of = [](pid_t pid) {
        int status = 0;
        ::waitpid(pid, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    };
    const pid_t server = ::fork();
    if (server != 0) return status_of(server);
    const auto sandbox = Sandbox::prepare(mode);
    if (!sandbox) ::_exit(kUnprepared);
    const pid_t worker = ::fork();
    if (worker != 0) ::_exit(status_of(worker));
    std::signal(SIGABRT, SIG_DFL); // doctest has a handler of its own
    sandbox->enter();
    ::_exit(attempt() ? kDone : kDenied);
}

} // namespace

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

TEST_CASE("sandbox: a server can fork workers but run no program and open no connection") {
    const pid_t server = ::fork();
    if (server == 0) {
        if (!Sandbox::prepare(SandboxMode::require)) ::_exit(kUnprepared);
        const bool runs = ::execl("/bin/true", "true", nullptr) == 0;
        const bool connects = ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
        ::_exit(runs || connects ? kDone : kDenied);
    }
    int status = 0;
    ::waitpid(server, &status, 0);
    CHECK(WEXITSTATUS(status) == kDenied);
}

TEST_CASE("sandbox: off confines nothing") {
    CHECK(in_worker([] { return ::open("/etc/passwd", O_RDONLY) >= 0; }, SandboxMode::off) == kDone);
}

TEST_CASE("sandbox: a forbidden call is named") { CHECK(syscall_name(SYS_execve) == "execve"); }

namespace {

// What an attempt in a server whose parent is this process returns.
template <typename Attempt>
int in_server(Attempt attempt) {
    const pid_t parent = ::getpid();
    const pid_t server = ::fork();
    if (server == 0) {
        if (!Sandbox::prepare(SandboxMode::require)) ::_exit(kUnprepared);
        ::_exit(attempt(parent) ? kDone : kDenied);
    }
    int status = 0;
    ::waitpid(server, &status, 0);
    return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("sandbox: a server can neither read nor write the memory of its parent") {
    CHECK(in_server([](pid_t parent) {
              const std::string path = "/proc/" + std::to_string(parent) + "/mem";
              return ::open(path.c_str(), O_RDONLY) >= 0 || ::open(path.c_str(), O_RDWR) >= 0;
          }) == kDenied);
    CHECK(in_server([](pid_t parent) {
              char byte = 0;
              iovec vector{&byte, 1};
              return ::syscall(SYS_process_vm_readv, parent, &vector, 1, &vector, 1, 0) >= 0 ||
                     ::ptrace(PTRACE_ATTACH, parent, nullptr, nullptr) == 0;
          }) == kDenied);
}

TEST_CASE("sandbox: a server can take no descriptor of its parent") {
    CHECK(in_server([](pid_t parent) {
              const auto process = static_cast<int>(::syscall(SYS_pidfd_open, parent, 0));
              return ::syscall(SYS_pidfd_getfd, process, 0, 0) >= 0;
          }) == kDenied);
    CHECK(in_server([](pid_t parent) {
              return ::open(("/proc/" + std::to_string(parent) + "/fd/0").c_str(), O_RDONLY) >= 0;
          }) == kDenied);
}

TEST_CASE("sandbox: the domain alone keeps a server from its parent, without any filter") {
    const pid_t parent = ::getpid();
    const pid_t server = ::fork();
    if (server == 0) {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (!enter_file_landlock(landlock_version())) ::_exit(kUnprepared);
        const auto process = static_cast<int>(::syscall(SYS_pidfd_open, parent, 0));
        const bool takes = ::syscall(SYS_pidfd_getfd, process, 0, 0) >= 0;
        const bool reads = ::open(("/proc/" + std::to_string(parent) + "/mem").c_str(), O_RDONLY) >= 0;
        const bool writes = ::open("/tmp/thumbnailer-landlock-test", O_RDWR | O_CREAT, 0600) >= 0 &&
                            ::unlink("/tmp/thumbnailer-landlock-test") == 0;
        ::_exit(takes || reads || !writes ? kDone : kDenied);
    }
    int status = 0;
    ::waitpid(server, &status, 0);
    CHECK(WEXITSTATUS(status) == kDenied);
}

TEST_CASE("sandbox: a server makes no namespace, device, folder or executable memory") {
    CHECK(in_server([](pid_t) { return ::unshare(CLONE_NEWUSER) == 0; }) == kDenied);
    CHECK(in_server([](pid_t) { return ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) >= 0; }) == kDenied);
    CHECK(in_server([](pid_t) { return ::mkdir("/tmp/thumbnailer-folder", 0700) == 0; }) == kDenied);
    CHECK(in_server([](pid_t) { return ::symlink("/etc", "/tmp/thumbnailer-link") == 0; }) == kDenied);
    CHECK(in_server([](pid_t) {
              return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
          }) == kDenied);
}

namespace {

bool maps_code_of_a_file() {
    const int memory = ::memfd_create("code", MFD_CLOEXEC);
    void* const place = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::ftruncate(memory, 4096) == 0 &&
           ::mmap(place, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, memory, 0) != MAP_FAILED;
}

// The attempt after all that a server does to itself.
template <typename Attempt>
int in_confined_server(Attempt attempt) {
    const pid_t server = ::fork();
    if (server == 0) {
        const auto sandbox = Sandbox::prepare(SandboxMode::require);
        if (!sandbox || !sandbox->forbid_code()) ::_exit(kUnprepared);
        ::_exit(attempt() ? kDone : kDenied);
    }
    int status = 0;
    ::waitpid(server, &status, 0);
    return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("sandbox: the fork server maps the code of a step, and memory that it can write is never code") {
    CHECK(in_server([](pid_t) { return maps_code_of_a_file(); }) == kDone);
    CHECK(in_server([](pid_t) {
              void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0 ||
                     ::syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_EXEC, -1) == 0;
          }) == kDenied);
    CHECK(in_server([](pid_t) {
              const int memory = ::memfd_create("code", MFD_CLOEXEC);
              return ::ftruncate(memory, 4096) == 0 &&
                     (::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, memory, 0) != MAP_FAILED ||
                      ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, memory, 0) != MAP_FAILED);
          }) == kDenied);
}

TEST_CASE("sandbox: the server itself maps no code, in whatever way") {
    CHECK(in_confined_server([] { return maps_code_of_a_file(); }) == kDenied);
    CHECK(in_confined_server([] {
              return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
          }) == kDenied);
}

TEST_CASE("sandbox: a worker does not map the code of a file either") {
    CHECK(in_worker([] {
              void* const place = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return ::mmap(place, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, STDERR_FILENO, 0) !=
                     MAP_FAILED;
          }) == kEnded);
}

TEST_CASE("sandbox: the strings of the environment are overwritten where the kernel put them") {
    const pid_t child = ::fork();
    if (child == 0) {
        const char* first = environ[0];
        erase_environment();
        ::_exit(environ == nullptr && first[0] == '\0' ? kDone : kDenied);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == kDone);
}
