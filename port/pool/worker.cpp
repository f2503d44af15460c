#include "pool/worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "os/channel.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kMaxDiagnostics = 2000;

struct SignalName {
    int number;
    std::string_view name;
};
constexpr std::array kSignals{
    SignalName{SIGABRT, "abrt"}, SignalName{SIGALRM, "alrm"}, SignalName{SIGBUS, "bus"},   SignalName{SIGFPE, "fpe"},
    SignalName{SIGHUP, "hup"},   SignalName{SIGILL, "ill"},   SignalName{SIGINT, "int"},   SignalName{SIGKILL, "kill"},
    SignalName{SIGPIPE, "pipe"}, SignalName{SIGQUIT, "quit"}, SignalName{SIGSEGV, "segv"}, SignalName{SIGSYS, "sys"},
    SignalName{SIGTERM, "term"}, SignalName{SIGTRAP, "trap"}, SignalName{SIGUSR1, "usr1"}, SignalName{SIGUSR2, "usr2"},
    SignalName{SIGXCPU, "xcpu"}, SignalName{SIGXFSZ, "xfsz"},
};

std::string_view signal_name(int number) {
    const auto row = std::ranges::find(kSignals, number, &SignalName::number);
    return row == kSignals.end() ? "other" : row->name;
}

// In the child, between fork and its first job: closes every descriptor of the server but the channel and its own
// stderr.
[[noreturn]] void run_in_child(pid_t server_pid, Descriptor channel, Descriptor diagnostics, const Sandbox& sandbox,
                               WorkerMain main) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != server_pid) ::_exit(0); // the server died before the line above
    for (const SignalName& signal : kSignals) std::signal(signal.number, SIG_DFL);
    Descriptor nothing(::open("/dev/null", O_RDWR));
    ::dup2(nothing.get(), 0);
    ::dup2(nothing.get(), 1);
    ::dup2(diagnostics.get(), 2);
    ::dup2(channel.get(), kChannelInWorker);
    ::close_range(kChannelInWorker + 1, ~0U, 0);
    sandbox.enter();
    main(Descriptor(kChannelInWorker));
    ::_exit(0);
}

} // namespace

Result<std::unique_ptr<Worker>> Worker::start(const Sandbox& sandbox, WorkerMain main) {
    auto [ours, theirs] = open_channel();
    int ends[2];
    if (!ours || ::pipe2(ends, O_CLOEXEC) != 0)
        return Failure{Reason::internal, std::string("a channel for a worker: ") + std::strerror(errno)};
    Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
    const pid_t server_pid = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return Failure{Reason::internal, std::string("fork: ") + std::strerror(errno)};
    if (pid == 0) run_in_child(server_pid, std::move(theirs), std::move(writing), sandbox, main);
    // A child that is stopped before it calls PR_SET_PDEATHSIG would outlive the server and hold its pipes open. In a
    // process group of its own it ends with the server: the kernel sends SIGHUP and SIGCONT to stopped groups that
    // become orphaned.
    ::setpgid(pid, pid);
    std::unique_ptr<Worker> worker(new Worker());
    worker->pid_ = pid;
    worker->process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    worker->channel_ = std::move(ours);
    worker->stderr_ = std::move(reading);
    worker->memory_ = open_statm(pid);
    if (!worker->process_) return Failure{Reason::internal, std::string("pidfd_open: ") + std::strerror(errno)};
    return worker;
}

Worker::~Worker() {
    if (reaped_) return;
    kill();
    ::waitpid(pid_, nullptr, 0);
}

// A second limit, which holds while the server itself is stopped: more processor time than the job can use before its
// deadline.
void Worker::limit_processor_time() const {
    clockid_t clock{};
    timespec used{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return;
    const auto left = std::chrono::ceil<std::chrono::seconds>(task_->deadline - Clock::now()).count();
    const auto most = static_cast<rlim_t>(used.tv_sec + 2 * std::max<std::int64_t>(left, 0) + 2);
    const rlimit limit{most, RLIM_INFINITY};
    ::prlimit(pid_, RLIMIT_CPU, &limit, nullptr);
}

bool Worker::send(std::unique_ptr<Task>& task) {
    if (!send_message(channel_.get(), std::as_bytes(std::span(&task->job, 1)), task->descriptors())) return false;
    diagnostics_.clear();
    task_ = std::move(task);
    limit_processor_time();
    ++jobs_assigned_;
    return true;
}

std::variant<std::monostate, JobResult, Violation> Worker::receive() {
    JobResult job_result;
    std::vector<Descriptor> unwanted;
    const auto into = std::as_writable_bytes(std::span(&job_result, 1));
    const std::size_t received = receive_message(channel_.get(), into, unwanted);
    if (received == sizeof(JobResult)) return job_result;
    if (received != sizeof(Violation)) return {};
    Violation violation;
    std::memcpy(&violation, into.data(), sizeof violation);
    return violation;
}

void Worker::begin_termination() {
    if (!terminating_) terminating_since_ = Clock::now();
    terminating_ = true;
}

void Worker::retire() {
    begin_termination();
    channel_.reset();
}

void Worker::kill() {
    begin_termination();
    if (!reaped_) ::kill(pid_, SIGKILL);
}

std::optional<ExitStatus> Worker::reap() {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
        return std::nullopt;
    reaped_ = true;
    if (info.si_code == CLD_EXITED) return ExitStatus{{}, info.si_status};
    return ExitStatus{signal_name(info.si_status), 0};
}

void Worker::read_diagnostics() {
    std::array<char, 1024> chunk;
    for (ssize_t count = 0; (count = ::read(stderr_.get(), chunk.data(), chunk.size())) > 0;) {
        diagnostics_.append(chunk.data(), static_cast<std::size_t>(count));
        if (diagnostics_.size() > kMaxDiagnostics) diagnostics_.erase(0, diagnostics_.size() - kMaxDiagnostics);
    }
}

} // namespace thumbnailer
