#include "sandbox/sandbox.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "sandbox/landlock.h"
#include "support/attempts.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

bool maps_code_of_a_file() {
    const int memory = ::memfd_create("code", MFD_CLOEXEC);
    void* const place = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::ftruncate(memory, 4096) == 0 &&
           ::mmap(place, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, memory, 0) != MAP_FAILED;
}

} // namespace

TEST_CASE("sandbox: a server can fork workers but run no program and open no connection") {
    CHECK(in_server([](pid_t) { return ::execl("/bin/true", "true", nullptr) == 0; }) == kDenied);
    CHECK(in_server([](pid_t) { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }) == kDenied);
    CHECK(in_server([](pid_t) { return ::fork() >= 0; }) == kDone);
}

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
