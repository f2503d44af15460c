#include "pool/fork_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "os/channel.h"
#include "os/open_descriptors.h"
#include "pool/exit_status.h"
#include "pool/file_writer.h"

namespace thumbnailer {

namespace {

// Far more than a fork takes; it passes only when that process is stopped.
constexpr int kPatienceMs = 5000;

Failure system_failure(const char* what) { return {Reason::internal, std::string(what) + ": " + std::strerror(errno)}; }

// Nothing of the server's but these. False when any of it did not work.
bool take_descriptors(int channel, int diagnostics) {
    const Descriptor end = open_at_end();
    // Copied first, so that none is overwritten before it is in its place.
    const Descriptor channel_copy(::fcntl(channel, F_DUPFD_CLOEXEC, kChannelInWorker + 1));
    const Descriptor diagnostics_copy(::fcntl(diagnostics, F_DUPFD_CLOEXEC, kChannelInWorker + 1));
    const bool placed = ::dup2(end.get(), STDIN_FILENO) >= 0 && ::dup2(end.get(), STDOUT_FILENO) >= 0 &&
                        ::dup2(diagnostics_copy.get(), STDERR_FILENO) >= 0 &&
                        ::dup2(channel_copy.get(), kChannelInWorker) >= 0;
    return placed && close_from(kChannelInWorker + 1);
}

// Ended with its parent, even when it is stopped: the kernel wakes stopped process groups that become orphaned.
bool follow(pid_t parent) {
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent && ::setpgid(0, 0) == 0;
}

// The first that the kernel ends when memory is short. Where /proc is not writable it ends what it likes.
void volunteer_for_oom_killer() {
    const Descriptor file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (file) [[maybe_unused]] const ssize_t written = ::write(file.get(), "1000", 4);
}

[[noreturn]] void run_in_child(Role role, pid_t server, int channel, int diagnostics, const Sandbox& sandbox,
                               WorkerMain worker_main) {
    if (!follow(server) || !take_descriptors(channel, diagnostics)) ::_exit(EXIT_FAILURE);
    ::prctl(PR_SET_NAME, role == Role::worker ? "thumb-worker" : "thumb-writer");
    reset_signals();
    if (role == Role::worker) volunteer_for_oom_killer();
    char go = 0;
    if (::recv(kChannelInWorker, &go, sizeof go, 0) != sizeof go) ::_exit(EXIT_FAILURE);
    sandbox.enter();
    role == Role::worker ? worker_main(Descriptor(kChannelInWorker)) : write_files(Descriptor(kChannelInWorker));
    ::_exit(EXIT_SUCCESS);
}

// What fork() does, but the new process is the server's child. Nothing is done for the C library in it: there is one thread,
// which holds no lock.
pid_t clone_as_sibling() { return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)); }

struct ForkReply {
    pid_t pid;
    int error;
};

[[noreturn]] void serve(pid_t server, const Sandbox& sandbox, WorkerMain worker_main) {
    for (;;) {
        Role role{};
        std::vector<Descriptor> descriptors;
        if (receive_message(kChannelInWorker, std::as_writable_bytes(std::span(&role, 1)), descriptors) != sizeof role ||
            descriptors.size() != 2)
            ::_exit(EXIT_SUCCESS);
        const pid_t pid = clone_as_sibling();
        if (pid == 0)
            run_in_child(role, server, descriptors[0].get(), descriptors[1].get(), sandbox, worker_main);
        const ForkReply reply{pid, pid < 0 ? errno : 0};
        if (!send_message(kChannelInWorker, std::as_bytes(std::span(&reply, 1)), {}, Wait::yes)) ::_exit(EXIT_SUCCESS);
    }
}

} // namespace

Result<ForkServer> ForkServer::start(const Sandbox& sandbox, WorkerMain worker_main) {
    auto [ours, theirs] = open_channel();
    if (!ours) return system_failure("a channel for the fork server");
    const pid_t server = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return system_failure("fork");
    if (pid == 0) {
        if (!follow(server) || !take_descriptors(theirs.get(), STDERR_FILENO)) ::_exit(EXIT_FAILURE);
        ::prctl(PR_SET_NAME, "thumb-fork");
        serve(server, sandbox, worker_main);
    }
    ForkServer fork_server;
    fork_server.process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    fork_server.channel_ = std::move(ours);
    if (!fork_server.process_) return system_failure("pidfd_open");
    return fork_server;
}

ForkServer::~ForkServer() {
    channel_.reset(); // it ends when it sees this
}

Result<pid_t> ForkServer::fork(Role role, const Descriptor& channel, const Descriptor& diagnostics) {
    const int descriptors[] = {channel.get(), diagnostics.get()};
    ForkReply reply{-1, EPIPE};
    pollfd answer{channel_.get(), POLLIN, 0};
    const bool answered = send_message(channel_.get(), std::as_bytes(std::span(&role, 1)), descriptors, Wait::no) &&
                          ::poll(&answer, 1, kPatienceMs) == 1 &&
                          receive_bytes(channel_.get(), std::as_writable_bytes(std::span(&reply, 1))) == sizeof reply;
    if (!answered) return Failure{Reason::internal, "the process that forks workers does not answer"};
    errno = reply.error;
    if (reply.pid < 0) return system_failure("fork");
    return reply.pid;
}

} // namespace thumbnailer
