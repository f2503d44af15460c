// What becomes of attempts inside a sandbox, each in processes of its own, because a process confines itself for good.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "sandbox/sandbox.h"

namespace thumbnailer::test {

constexpr int kEnded = 128 + SIGSYS; // what a worker exits with after a forbidden call
constexpr int kDone = 0;
constexpr int kDenied = 1;
constexpr int kUnprepared = 2;

inline int status_of(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// In a worker of a server with this mode.
template <typename Attempt>
int in_worker(Attempt attempt, SandboxMode mode = SandboxMode::require) {
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

// In a server whose parent, this process, the attempt is told.
template <typename Attempt>
int in_server(Attempt attempt) {
    const pid_t parent = ::getpid();
    const pid_t server = ::fork();
    if (server != 0) return status_of(server);
    if (!Sandbox::prepare(SandboxMode::require)) ::_exit(kUnprepared);
    ::_exit(attempt(parent) ? kDone : kDenied);
}

// After all that a server does to itself.
template <typename Attempt>
int in_confined_server(Attempt attempt) {
    const pid_t server = ::fork();
    if (server != 0) return status_of(server);
    const auto sandbox = Sandbox::prepare(SandboxMode::require);
    if (!sandbox || !sandbox->forbid_code()) ::_exit(kUnprepared);
    ::_exit(attempt() ? kDone : kDenied);
}

} // namespace thumbnailer::test
