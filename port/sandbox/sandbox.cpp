#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "os/channel.h"
#include "sandbox/landlock.h"

namespace thumbnailer {

namespace {

constexpr int kViolationStatus = 128 + SIGSYS;

// Descriptors: three, the channel, and what comes with one job.
constexpr rlim_t kMaxDescriptors = 128;
// The largest thumbnail, or all of one request together.
constexpr rlim_t kMaxFileBytes = rlim_t{512} << 20;

// Runs in the worker when a forbidden call was made: tells the server which, and ends.
void report_violation(int, siginfo_t* info, void*) {
    const Violation violation{info->si_syscall};
    send_message(kChannelInWorker, std::as_bytes(std::span(&violation, 1)), {});
    ::_exit(kViolationStatus);
}

void limit(__rlimit_resource resource, rlim_t most) {
    const rlimit value{most, most};
    ::setrlimit(resource, &value);
}

bool catch_violations() {
    struct sigaction action {};
    action.sa_sigaction = report_violation;
    action.sa_flags = SA_SIGINFO;
    return ::sigaction(SIGSYS, &action, nullptr) == 0;
}

// The wait status of a child that runs `attempt` and exits with what it returns.
template <typename Attempt>
int status_of(const Sandbox& sandbox, Attempt attempt) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        // Whatever the server has open stays out of reach; a violation is reported to nobody.
        ::close_range(3, ~0U, 0);
        sandbox.enter();
        ::_exit(attempt());
    }
    int status = -1;
    if (pid < 0 || ::waitpid(pid, &status, 0) != pid) return -1;
    return status;
}

bool exited_with(int status, int wanted) { return WIFEXITED(status) && WEXITSTATUS(status) == wanted; }

std::string missing_in(const SandboxStatus& status) {
    std::string missing;
    const auto add_unless = [&](bool there, std::string_view what) {
        if (!there) missing.append(missing.empty() ? "" : ", ").append(what);
    };
    add_unless(status.seccomp, "seccomp");
    add_unless(status.landlock > 0, "Landlock");
    add_unless(status.server, "the server's own filter");
    add_unless(status.open_denied && status.socket_denied && status.exec_denied,
               "denial of files, sockets and programs");
    return missing;
}

} // namespace

Result<Sandbox> Sandbox::prepare(SandboxMode mode) {
    Sandbox sandbox;
    sandbox.status_.mode = mode;
    if (mode == SandboxMode::off) return sandbox;
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    sandbox.filter_ = worker_filter(mode == SandboxMode::audit);
    sandbox.status_.landlock = landlock_version();
    sandbox.status_.seccomp = !sandbox.filter_.empty();
    sandbox.probe();
    sandbox.status_.server = install(server_filter());
    if (mode == SandboxMode::require && !sandbox.status_.complete())
        return Failure{Reason::internal, "--sandbox require: this host does not offer " + missing_in(sandbox.status_)};
    return sandbox;
}

// First each layer alone, because enter() would end a child that lacks one; then all of them under attack.
void Sandbox::probe() {
    const Sandbox nothing;
    const int version = status_.landlock;
    const Filter& filter = filter_;
    if (!exited_with(status_of(nothing, [&] { return enter_landlock(version) ? 0 : 1; }), 0)) status_.landlock = 0;
    if (!exited_with(status_of(nothing, [&] { return install(filter) ? 0 : 1; }), 0)) status_.seccomp = false;
    status_.open_denied =
        exited_with(status_of(*this, [] { return ::open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? 0 : 1; }), 0);
    status_.socket_denied =
        exited_with(status_of(*this, [] { return ::socket(AF_INET, SOCK_STREAM, 0) < 0 ? 0 : 1; }), 0);
    const int run = status_of(*this, [] {
        ::execl("/bin/true", "true", nullptr);
        return 1;
    });
    status_.exec_denied = exited_with(run, kViolationStatus);
}

void Sandbox::enter() const {
    if (status_.mode == SandboxMode::off) return;
    bool whole = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_DUMPABLE, 0) == 0;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, kMaxDescriptors);
    limit(RLIMIT_FSIZE, kMaxFileBytes);
    ::clearenv();
    if (status_.landlock > 0) whole = enter_landlock(status_.landlock) && whole;
    if (status_.seccomp) whole = catch_violations() && install_signals_to_self_only() && install(filter_) && whole;
    if (!whole) ::_exit(EXIT_FAILURE);
}

} // namespace thumbnailer
