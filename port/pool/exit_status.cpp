#include "pool/exit_status.h"

#include <algorithm>
#include <array>
#include <csignal>

namespace thumbnailer {

namespace {

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

} // namespace

std::string_view signal_name(int number) {
    const auto row = std::ranges::find(kSignals, number, &SignalName::number);
    return row == kSignals.end() ? "other" : row->name;
}

void reset_signals() {
    for (const SignalName& signal : kSignals)
        if (signal.number != SIGKILL) std::signal(signal.number, SIG_DFL);
}

} // namespace thumbnailer
