// Reads the command line, moves the descriptors to their places, starts libvips and runs the server.

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "config/command_line.h"
#include "server/server.h"
#include "thumbnail/vips/vips_runtime.h"
#include "worker/worker_main.h"

namespace {

using namespace thumbnailer;

// stdout belongs to frames: whatever a library prints to descriptor 1 goes to stderr.
Descriptor take_stdout() {
    Descriptor frames(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    return frames;
}

// A pipe holds 64 KiB unless it is asked to hold more; with 1 MiB a photo crosses in a third of the time.
void widen(int pipe) { ::fcntl(pipe, F_SETPIPE_SZ, 1 << 20); }

void follow_parent(const Config& config) {
    std::signal(SIGPIPE, SIG_IGN);
    if (!config.die_with_parent) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);
}

ExitCode complain(ExitCode code, const Failure& failure) {
    std::fprintf(stderr, "thumbnailer: %s\n", failure.message.c_str());
    return code;
}

void warn_when_incomplete(const SandboxStatus& status) {
    if (status.mode != SandboxMode::best_effort || status.complete()) return;
    std::fprintf(stderr, "thumbnailer: the sandbox is weaker than it should be: seccomp %s, Landlock %s\n",
                 status.seccomp ? "yes" : "no", status.landlock > 0 ? "yes" : "no");
}

ExitCode serve(Config config, const char* program) {
    follow_parent(config);
    Descriptor output = take_stdout();
    Descriptor input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    widen(input.get());
    widen(output.get());
    ::fcntl(output.get(), F_SETFL, ::fcntl(output.get(), F_GETFL) | O_NONBLOCK);
    const auto loaders = VipsRuntime::start(program, config.loaders);
    if (!loaders) return complain(ExitCode::internal, loaders.error());
    config.loaders = *loaders;
    const auto sandbox = Sandbox::prepare(config.sandbox);
    if (!sandbox) return complain(ExitCode::no_sandbox, sandbox.error());
    const auto roots = Roots::open(config.roots);
    if (!roots) return complain(ExitCode::usage, roots.error());
    warn_when_incomplete(sandbox->status());
    return Server(config, *sandbox, *roots, std::move(input), std::move(output), worker_main, VipsRuntime::version())
        .run();
}

void print_version() {
    std::printf("thumbnailer %s, protocol %lld, libvips %s (%s)\n", std::string(kProgramVersion).c_str(),
                static_cast<long long>(kProtocolVersion), VipsRuntime::version().c_str(), THUMBNAILER_LIBVIPS_ORIGIN);
}

} // namespace

int main(int argc, char** argv) try {
    const auto config = read_config(argc, argv);
    if (!config) return static_cast<int>(complain(ExitCode::usage, config.error()));
    if (config->version) {
        print_version();
        return 0;
    }
    const bool on_terminal = config->words.empty() && ::isatty(STDIN_FILENO) != 0;
    if (config->help || on_terminal) {
        std::fputs(help_text().c_str(), stdout);
        return 0;
    }
    return static_cast<int>(config->words.empty() ? serve(*config, argv[0]) : run_command(*config));
} catch (const std::exception& error) {
    std::fprintf(stderr, "thumbnailer: %s\n", error.what());
    return static_cast<int>(thumbnailer::ExitCode::internal);
}
