// Reads the command line, moves the descriptors to their places, starts libvips and runs the server.

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "config/command_line.h"
#include "os/complain.h"
#include "os/environment.h"
#include "os/open_descriptors.h"
#include "server/reply.h"
#include "server/server.h"
#include "thumbnail/av1/av1_decoder.h"
#include "thumbnail/fonts/fonts.h"
#include "thumbnail/hevc/hevc_decoder.h"
#include "thumbnail/vips/vips_runtime.h"
#include "worker/worker_main.h"

namespace {

using namespace thumbnailer;

// The frames' own descriptors. Whatever a library prints to descriptor 1 goes to stderr, and nothing can be read from
// 0.
Descriptor take(int fd, int instead) {
    Descriptor frames(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    return frames && ::dup2(instead, fd) == fd ? std::move(frames) : Descriptor();
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

ExitCode fail(ExitCode code, const Failure& failure) {
    complain(failure);
    return code;
}

void warn_when_incomplete(const SandboxStatus& status) {
    if (status.mode != SandboxMode::best_effort || status.complete()) return;
    std::fprintf(stderr, "thumbnailer: the sandbox is weaker than it should be: seccomp %s, Landlock %s\n",
                 status.seccomp ? "yes" : "no", status.landlock > 0 ? "yes" : "no");
}

// With --log-events: why there is no hello. Nothing else has been written yet, and the pipe is empty.
void write_lines(Log& log, const Codec& codec, int output) {
    FrameWriter writer(output);
    for (const LogLine& line : log.take_last(Log::Clock::now())) writer.push(log_event(codec, line));
    writer.flush();
}

ExitCode serve(Config config, const char* program) {
    follow_parent(config);
    // First, so that what a library prints to stdout goes there as well.
    auto log = config.log_events ? Log::open() : Result<Log>(Log());
    if (!log) return fail(ExitCode::internal, log.error());
    Descriptor output = take(STDOUT_FILENO, STDERR_FILENO);
    Descriptor input = take(STDIN_FILENO, open_at_end().get());
    if (!input || !output)
        return fail(ExitCode::internal, {Reason::internal, "stdin and stdout cannot be taken for frames"});
    widen(input.get());
    widen(output.get());
    ::fcntl(output.get(), F_SETFL, ::fcntl(output.get(), F_GETFL) | O_NONBLOCK);
    const auto end = [&](ExitCode code, const Failure& failure) {
        complain(failure);
        write_lines(*log, *config.codec, output.get());
        return code;
    };
    const FormatSet named = config.loaders;
    if (!HevcDecoder::start()) config.loaders.remove(Format::heic);
    if (Av1Decoder::is_built_in() && !Av1Decoder::start()) config.loaders.remove(Format::avif);
    const auto loaders = VipsRuntime::start(program, config.loaders);
    if (!loaders) return end(ExitCode::internal, loaders.error());
    if (loaders->bits == 0)
        return end(ExitCode::usage, {Reason::bad_option, "--loaders " + format_names(named) +
                                                             ": this program reads none of these formats"});
    config.loaders = *loaders;
    auto fonts = config.text && config.loaders.has(Format::svg) ? load_fonts(config.fonts) : Result<Fonts>(Fonts{});
    if (!fonts) return end(ExitCode::usage, fonts.error());
    config.families = std::move(fonts->families);
    // From here on processes are forked.
    erase_environment();
    const auto sandbox = Sandbox::prepare(config.sandbox, config.max_memory);
    if (!sandbox) return end(ExitCode::no_sandbox, sandbox.error());
    auto fork_server = ForkServer::start(*sandbox, worker_main, fonts->files);
    if (!fork_server) return end(ExitCode::internal, fork_server.error());
    if (const auto forbidden = sandbox->forbid_code(); !forbidden) return end(ExitCode::no_sandbox, forbidden.error());
    const auto roots = Roots::open(config.roots);
    if (!roots) return end(ExitCode::usage, roots.error());
    warn_when_incomplete(sandbox->status());
    return Server(config, sandbox->status(), *roots, std::move(input), std::move(output), *fork_server, std::move(*log),
                  VipsRuntime::version())
        .run();
}

void print_version() {
    std::printf("thumbnailer %s, protocol %lld, libvips %s (%s)\n", std::string(kProgramVersion).c_str(),
                static_cast<long long>(kProtocolVersion), VipsRuntime::version().c_str(), THUMBNAILER_LIBVIPS_ORIGIN);
}

} // namespace

int main(int argc, char** argv) try {
    if (!occupy_standard_descriptors()) return static_cast<int>(ExitCode::internal);
    const auto config = read_config(argc, argv);
    if (!config) return static_cast<int>(fail(ExitCode::usage, config.error()));
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
