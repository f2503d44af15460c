#include "pool/fork_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "job/job.h"
#include "os/channel.h"
#include "os/open_descriptors.h"
#include "pool/exit_status.h"
#include "pool/file_writer.h"

namespace thumbnailer {

namespace {

// Far more than a fork takes; it passes only when that process is stopped.
constexpr int kReplyTimeoutMs = 5000;

Failure system_failure(const char* what) { return {Reason::internal, std::string(what) + ": " + std::strerror(errno)}; }

// From `first` on, without the files of fonts.
bool close_but_fonts(int first, std::size_t fonts) {
    for (int descriptor = first; descriptor < kFirstFont; ++descriptor) ::close(descriptor);
    return close_from(kFirstFont + static_cast<int>(fonts));
}

// Nothing of the server's but these. False when any of it did not work.
bool take_descriptors(int channel, int diagnostics, std::size_t fonts) {
    const Descriptor end = open_at_end();
    // Copied first, so that none is overwritten before it is in its place.
    const Descriptor channel_copy(::fcntl(channel, F_DUPFD_CLOEXEC, kChannelInWorker + 1));
    const Descriptor diagnostics_copy(::fcntl(diagnostics, F_DUPFD_CLOEXEC, kChannelInWorker + 1));
    const bool placed = ::dup2(end.get(), STDIN_FILENO) >= 0 && ::dup2(end.get(), STDOUT_FILENO) >= 0 &&
                        ::dup2(diagnostics_copy.get(), STDERR_FILENO) >= 0 &&
                        ::dup2(channel_copy.get(), kChannelInWorker) >= 0;
    return placed && close_but_fonts(kChannelInWorker + 1, fonts);
}

// Ended with its parent, even when it is stopped: the kernel wakes stopped process groups that become orphaned.
bool follow(pid_t parent) {
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent && ::setpgid(0, 0) == 0;
}

// The first that the kernel ends when memory is short. Where /proc is not writable it ends what it likes.
void volunteer_for_oom_killer() {
    const Descriptor file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (file) [[maybe_unused]]
        const ssize_t written = ::write(file.get(), "1000", 4);
}

// What the server passes: the channel, stderr, and perhaps memory to say which step is run.
struct ChildDescriptors {
    explicit ChildDescriptors(std::vector<Descriptor> passed)
        : channel(std::move(passed[0])), diagnostics(std::move(passed[1])),
          step_progress(passed.size() > 2 ? std::move(passed[2]) : Descriptor()) {}
    Descriptor channel;
    Descriptor diagnostics;
    Descriptor step_progress;
};

[[noreturn]] void run_in_child(Role role, pid_t server, ChildDescriptors passed, const Sandbox& sandbox,
                               const MappedSteps& steps, WorkerMain worker_main, std::size_t fonts) {
    // Mapped here, because a worker in its sandbox can map nothing that it shares.
    const StepProgress step_progress = StepProgress::map(passed.step_progress);
    if (!follow(server) || !take_descriptors(passed.channel.get(), passed.diagnostics.get(), fonts))
        ::_exit(EXIT_FAILURE);
    ::prctl(PR_SET_NAME, role == Role::worker ? "thumb-worker" : "thumb-writer");
    reset_signals();
    if (role == Role::worker) volunteer_for_oom_killer();
    char go = 0;
    if (::recv(kChannelInWorker, &go, sizeof go, 0) != sizeof go) ::_exit(EXIT_FAILURE);
    sandbox.enter();
    if (role == Role::worker)
        worker_main({Descriptor(kChannelInWorker), steps, step_progress});
    else
        write_files(Descriptor(kChannelInWorker));
    ::_exit(EXIT_SUCCESS);
}

// What fork() does, but the new process is the server's child. Nothing is done for the C library in it: there is one
// thread, which holds no lock.
pid_t clone_as_sibling() { return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)); }

enum class Kind : std::uint8_t { fork, map_step, unmap_step };

} // namespace

struct ForkServer::Order {
    Kind kind;
    Role role;                 // fork
    std::uint32_t step;        // map_step and unmap_step
    std::array<char, 65> hash; // map_step: of its module
};

struct ForkServer::Reply {
    pid_t pid = -1; // fork; no number that kill() takes for more than one process
    int error = EINVAL;
    std::uint8_t failed = 0; // map_step
    Reason reason = Reason::internal;
    std::array<char, 240> message{};
};

void ForkServer::serve(pid_t server, const Sandbox& sandbox, WorkerMain worker_main, std::size_t fonts) {
    MappedSteps steps;
    for (;;) {
        Order order{};
        std::vector<Descriptor> descriptors;
        if (receive_message(kChannelInWorker, std::as_writable_bytes(std::span(&order, 1)), descriptors) !=
            sizeof order)
            ::_exit(EXIT_SUCCESS);
        Reply reply;
        if (order.kind == Kind::fork && descriptors.size() >= 2) {
            reply.pid = clone_as_sibling();
            if (reply.pid == 0)
                run_in_child(order.role, server, ChildDescriptors(std::move(descriptors)), sandbox, steps, worker_main,
                             fonts);
            reply.error = reply.pid < 0 ? errno : 0;
        } else if (order.kind == Kind::map_step && descriptors.size() == 1) {
            if (auto mapped = steps.map(order.step, text_in(order.hash), descriptors[0].get()); !mapped) {
                reply.failed = 1;
                reply.reason = mapped.error().reason;
                copy_text(mapped.error().message, reply.message);
            }
        } else if (order.kind == Kind::unmap_step) {
            steps.unmap(order.step);
        }
        if (!send_message(kChannelInWorker, std::as_bytes(std::span(&reply, 1)), {}, Wait::yes)) ::_exit(EXIT_SUCCESS);
    }
}

Result<ForkServer> ForkServer::start(const Sandbox& sandbox, WorkerMain worker_main, std::size_t fonts) {
    auto [ours, theirs] = open_channel();
    if (!ours) return system_failure("a channel for the fork server");
    const pid_t server = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return system_failure("fork");
    if (pid == 0) {
        if (!follow(server) || !take_descriptors(theirs.get(), STDERR_FILENO, fonts)) ::_exit(EXIT_FAILURE);
        ::prctl(PR_SET_NAME, "thumb-fork");
        serve(server, sandbox, worker_main, fonts);
    }
    ForkServer fork_server;
    fork_server.pid_ = pid;
    fork_server.process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    fork_server.channel_ = std::move(ours);
    if (!fork_server.process_) return system_failure("pidfd_open");
    return fork_server;
}

ForkServer::~ForkServer() {
    channel_.reset(); // it ends when it sees this
}

Result<ForkServer::Reply> ForkServer::ask(const Order& order, std::span<const int> descriptors) {
    Reply reply;
    pollfd answer{channel_.get(), POLLIN, 0};
    const bool answered = send_message(channel_.get(), std::as_bytes(std::span(&order, 1)), descriptors, Wait::no) &&
                          ::poll(&answer, 1, kReplyTimeoutMs) == 1 &&
                          receive_bytes(channel_.get(), std::as_writable_bytes(std::span(&reply, 1))) == sizeof reply;
    if (answered) return reply;
    // A late reply would be taken for that to the next order, so there is none. The server sees that it has ended.
    ::kill(pid_, SIGKILL);
    return Failure{Reason::internal, "the process that forks workers does not answer"};
}

Result<pid_t> ForkServer::fork(Role role, const Descriptor& channel, const Descriptor& diagnostics,
                               const Descriptor& step_progress) {
    const std::array descriptors{channel.get(), diagnostics.get(), step_progress.get()};
    const std::size_t count = step_progress ? 3 : 2;
    const auto reply = ask({Kind::fork, role, 0, {}}, std::span(descriptors).first(count));
    if (!reply) return reply.error();
    errno = reply->error;
    if (reply->pid < 0) return system_failure("fork");
    return reply->pid;
}

Result<Done> ForkServer::map_step(std::uint32_t number, std::string_view hash, const Descriptor& sealed) {
    Order order{Kind::map_step, Role::worker, number, {}};
    copy_text(hash, order.hash);
    const std::array descriptors{sealed.get()};
    const auto reply = ask(order, descriptors);
    if (!reply) return reply.error();
    if (reply->failed != 0) return Failure{reply->reason, std::string(text_in(reply->message))};
    return Done{};
}

// When it does not answer, the server sees that it has ended.
void ForkServer::unmap_step(std::uint32_t number) {
    [[maybe_unused]] const auto reply = ask({Kind::unmap_step, Role::worker, number, {}}, {});
}

} // namespace thumbnailer
