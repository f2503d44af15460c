#include "step/translate/tool_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "os/descriptor.h"

namespace thumbnailer {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeptOutput = 4096;
// Exit statuses that no tool has.
constexpr int kNoSandbox = 251;
constexpr int kNoTool = 252;

Failure no_child(const char* what) { return {Reason::internal, std::string(what) + ": " + std::strerror(errno)}; }

[[noreturn]] void become_tool(pid_t parent, const Descriptor& output, const std::string& folder,
                              const ToolLimits& limits, const std::function<int()>& function) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) ::_exit(kNoSandbox);
    const int nothing = ::open("/dev/null", O_RDONLY);
    const bool placed = nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 &&
                        ::dup2(output.get(), STDOUT_FILENO) >= 0 && ::dup2(output.get(), STDERR_FILENO) >= 0 &&
                        ::close_range(STDERR_FILENO + 1, ~0U, 0) == 0;
    if (!placed || !enter_tool_sandbox(folder, limits)) ::_exit(kNoSandbox);
    ::_exit(function());
}

// Until the child closes its end. False when the clock ran out first.
bool read_output(const Descriptor& from, Clock::time_point until, std::string& output) {
    std::array<char, 1024> chunk;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd event{from.get(), POLLIN, 0};
        const int ready = left > 0 ? ::poll(&event, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        const ssize_t count = ::read(from.get(), chunk.data(), chunk.size());
        if (count <= 0) return true;
        output.append(chunk.data(), static_cast<std::size_t>(count));
        if (output.size() > kKeptOutput) output.resize(kKeptOutput);
    }
}

int execute(std::vector<std::string> command) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    return kNoTool;
}

} // namespace

std::string ToolRun::ending() const {
    if (timed_out) return "no end in time";
    return exited ? "status " + std::to_string(status) : "signal " + std::to_string(signal);
}

Result<ToolRun> ToolProcess::run(const std::vector<std::string>& command) const {
    auto ended = run([&] { return execute(command); });
    if (ended && ended->exited && ended->status == kNoTool)
        return Failure{Reason::untranslated, command[0] + " cannot be run"};
    return ended;
}

Result<ToolRun> ToolProcess::run(const std::function<int()>& function) const {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return no_child("a pipe for a tool");
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return no_child("a process for a tool");
    if (pid == 0) become_tool(parent, writing, folder_, limits_, function);
    writing.reset();
    ToolRun ended;
    ended.timed_out =
        !read_output(reading, std::min(until_, Clock::now() + std::chrono::seconds(2 * limits_.seconds)), ended.output);
    if (ended.timed_out) ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return no_child("the end of a tool");
    ended.exited = WIFEXITED(status);
    ended.status = ended.exited ? WEXITSTATUS(status) : 0;
    ended.signal = ended.exited ? 0 : WTERMSIG(status);
    if (ended.exited && ended.status == kNoSandbox)
        return Failure{Reason::internal, "a tool could not be confined, and was not run"};
    return ended;
}

} // namespace thumbnailer
