#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "os/channel.h"
#include "os/environment.h"
#include "os/open_descriptors.h"
#include "os/process_usage.h"
#include "sandbox/capabilities.h"
#include "sandbox/landlock.h"

namespace thumbnailer {

namespace {

constexpr int kViolationStatus = 128 + SIGSYS;

struct Limit {
    __rlimit_resource resource;
    rlim_t most;
};
constexpr Limit kLimits[] = {
    {RLIMIT_CORE, 0},
    {RLIMIT_NOFILE, 128},              // three, the channel, and what comes with one job
    {RLIMIT_FSIZE, rlim_t{512} << 20}, // all thumbnails of one request together
    {RLIMIT_MEMLOCK, 0},
    {RLIMIT_MSGQUEUE, 0},
};

// Runs in the worker when a forbidden call was made: tells the server which, and ends.
void report_violation(int, siginfo_t* info, void*) {
    const Violation violation{info->si_syscall};
    send_message(kChannelInWorker, std::as_bytes(std::span(&violation, 1)), {}, Wait::no);
    ::_exit(kViolationStatus);
}

// No more than this, nor than there is already.
bool limit(const Limit& limit) {
    rlimit value{};
    if (::getrlimit(limit.resource, &value) != 0) return false;
    value.rlim_cur = value.rlim_max = std::min(limit.most, value.rlim_max);
    return ::setrlimit(limit.resource, &value) == 0;
}

bool limit_all(std::uint64_t address_space) {
    bool all = true;
    for (const Limit& each : kLimits) all = limit(each) && all;
    return all && (address_space == 0 || limit({RLIMIT_AS, address_space}));
}

// What this process has mapped, in bytes.
std::uint64_t mapped_now() {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "r"), &std::fclose);
    unsigned long long pages = 0;
    if (!file || std::fscanf(file.get(), "%llu", &pages) != 1) return 0;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Far more than an honest worker maps, stacks and arenas of its threads included: what it really uses is watched, this
// bounds what it can make the kernel keep between two looks.
std::uint64_t address_space_for(std::int64_t max_memory) {
    constexpr std::uint64_t kForThreads = std::uint64_t{16} << 30;
    const std::uint64_t mapped = mapped_now();
    return max_memory == 0 || mapped == 0 ? 0 : mapped + 4 * static_cast<std::uint64_t>(max_memory) + kForThreads;
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
        if (!close_from(STDERR_FILENO + 1)) ::_exit(EXIT_FAILURE);
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
    add_unless(status.server, "confinement of the server itself");
    add_unless(status.open_denied && status.socket_denied && status.exec_denied,
               "denial of files, sockets and programs");
    add_unless(status.memory, "/proc, by which the memory of workers is watched");
    return missing;
}

} // namespace

Result<Sandbox> Sandbox::prepare(SandboxMode mode, std::int64_t max_memory) {
    Sandbox sandbox;
    SandboxStatus& status = sandbox.status_;
    status.mode = mode;
    if (mode == SandboxMode::off) return sandbox;
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Failure{Reason::internal, "no_new_privs cannot be set"};
    sandbox.filter_ = worker_filter(mode == SandboxMode::audit);
    sandbox.address_space_ = address_space_for(max_memory);
    status.landlock = landlock_version();
    status.seccomp = !sandbox.filter_.empty();
    status.memory = read_process_usage(open_process_status(::getpid())).has_value();
    sandbox.probe();
    status.server = sandbox.confine_server();
    if (mode == SandboxMode::require && !status.complete())
        return Failure{Reason::internal, "--sandbox require: this host does not offer " + missing_in(status)};
    if (!status.memory)
        return Failure{Reason::internal, "this host does not offer /proc, by which the memory of workers is watched"};
    return sandbox;
}

bool Sandbox::confine_server() const {
    const bool powerless = keep_file_capabilities();
    const bool apart = enter_file_landlock(status_.landlock);
    return install(server_filter()) && apart && powerless;
}

Result<Done> Sandbox::forbid_code() const {
    const bool forbidden = status_.mode == SandboxMode::off || install(no_code_filter());
    if (!forbidden && status_.mode == SandboxMode::require)
        return Failure{Reason::internal,
                       "--sandbox require: this host does not offer a server without code of its own"};
    return Done{};
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
    erase_environment();
    // A file that grows too large is an error that can be told, not the end of the worker.
    bool whole = std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR && drop_capabilities() && limit_all(address_space_) &&
                 ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_DUMPABLE, 0) == 0;
    if (status_.landlock > 0) whole = whole && enter_landlock(status_.landlock);
    if (status_.seccomp) whole = whole && catch_violations() && install_process_rules() && install(filter_);
    if (!whole) ::_exit(EXIT_FAILURE);
}

} // namespace thumbnailer
