#include "pool/child_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include "os/channel.h"
#include "text/printable.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kKeptDiagnostics = 2000;
constexpr std::chrono::milliseconds kReadDiagnosticsEvery{20};

Failure system_failure(const char* what) { return {Reason::internal, std::string(what) + ": " + std::strerror(errno)}; }

} // namespace

Result<ChildProcess> ChildProcess::start(ForkServer& fork_server, Role role, const Descriptor& step_progress) {
    auto [ours, theirs] = open_channel();
    int ends[2];
    if (!ours || ::pipe2(ends, O_CLOEXEC) != 0) return system_failure("a channel for a worker");
    Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    if (::fcntl(reading.get(), F_SETFL, O_NONBLOCK) != 0) return system_failure("the stderr of a worker");
    const auto pid = fork_server.fork(role, theirs, writing, step_progress);
    if (!pid) return pid.error();
    ChildProcess child;
    child.pid_ = *pid;
    child.process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
    child.channel_ = std::move(ours);
    child.stderr_ = std::move(reading);
    if (!child.process_ || ::clock_getcpuclockid(*pid, &child.clock_) != 0) return system_failure("a new worker");
    // What cannot be watched does not run: it waits for `go` until then.
    child.status_ = open_process_status(*pid);
    if (!child.usage()) return Failure{Reason::internal, "the memory of a worker cannot be watched by /proc"};
    const std::byte go{1};
    if (!child.send({&go, 1}, {})) return Failure{Reason::internal, "a worker has ended before its first job"};
    return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), clock_(other.clock_), process_(std::move(other.process_)),
      channel_(std::move(other.channel_)), stderr_(std::move(other.stderr_)), status_(std::move(other.status_)),
      diagnostics_(std::move(other.diagnostics_)), diagnostics_bytes_(other.diagnostics_bytes_),
      next_read_(other.next_read_), terminating_(other.terminating_), killed_(other.killed_), reaped_(other.reaped_),
      terminating_since_(other.terminating_since_) {}

ChildProcess::~ChildProcess() {
    if (reaped()) return;
    kill();
    ::waitpid(pid_, nullptr, 0);
}

bool ChildProcess::send(Bytes message, std::span<const int> descriptors) {
    return send_message(channel_.get(), message, descriptors, Wait::no);
}

std::size_t ChildProcess::receive(std::span<std::byte> into) { return receive_bytes(channel_.get(), into); }

bool ChildProcess::has_message() const {
    pollfd entry{channel_.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) != 0;
}

void ChildProcess::begin_termination() {
    if (!terminating_) terminating_since_ = Clock::now();
    terminating_ = true;
    channel_.reset();
}

void ChildProcess::close_channel() { begin_termination(); }

void ChildProcess::kill() {
    begin_termination();
    killed_ = true;
    if (!reaped()) ::kill(pid_, SIGKILL);
}

std::optional<ExitStatus> ChildProcess::reap() {
    siginfo_t info{};
    if (reaped() || ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
        return std::nullopt;
    begin_termination();
    reaped_ = true;
    if (info.si_code == CLD_EXITED) return ExitStatus{{}, info.si_status};
    return ExitStatus{signal_name(info.si_status), 0};
}

std::chrono::nanoseconds ChildProcess::processor_time() const {
    timespec used{};
    if (::clock_gettime(clock_, &used) != 0) return {};
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

bool ChildProcess::limit_processor_time(std::chrono::seconds soft, std::chrono::seconds hard) const {
    const rlimit limit{static_cast<rlim_t>(soft.count()), static_cast<rlim_t>(hard.count())};
    return ::prlimit(pid_, RLIMIT_CPU, &limit, nullptr) == 0;
}

// False when there is nothing more for now.
bool ChildProcess::read_some() {
    std::array<char, 8192> chunk;
    const ssize_t count = ::read(stderr_.get(), chunk.data(), chunk.size());
    if (count == 0) stderr_.reset();
    if (count <= 0) return false;
    diagnostics_bytes_ += static_cast<std::uint64_t>(count);
    diagnostics_.append(chunk.data(), static_cast<std::size_t>(count));
    if (diagnostics_.size() > kKeptDiagnostics) diagnostics_.erase(0, diagnostics_.size() - kKeptDiagnostics);
    return true;
}

void ChildProcess::read_diagnostics(Clock::time_point now) {
    if (stderr_) read_some();
    next_read_ = now + kReadDiagnosticsEvery;
}

// A pipe holds 64 KiB, or as much as its reader, which we are, asked for.
std::string ChildProcess::last_diagnostics() {
    for (int reads = 0; reads < 8 && stderr_ && read_some(); ++reads) {
    }
    return printable(diagnostics_, true);
}

void ChildProcess::forget_diagnostics() {
    for (int reads = 0; reads < 8 && stderr_ && read_some(); ++reads) {
    }
    diagnostics_.clear();
}

Clock::time_point ChildProcess::next_read(Clock::time_point now) const {
    return stderr_ && next_read_ > now ? next_read_ : Clock::time_point::max();
}

} // namespace thumbnailer
