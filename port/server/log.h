// What the program would write to stderr, as events for a client that asked for them with --log-events: the lines of
// the server and of the fork server, and what workers said while they made a thumbnail. Lines are printable and short,
// and of each of the two sources there are at most twenty in a second; how many were left out is a line as well.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/stderr_pipe.h"

namespace thumbnailer {

struct LogLine {
    std::string_view level; // as on the wire: warning of the server, info of a worker
    pid_t pid;
    std::string message;
};

class Log {
public:
    using Clock = std::chrono::steady_clock;

    // Bytes of a message, before the mark of a line that was cut.
    static constexpr std::size_t kMaxLine = 500;
    static constexpr int kLinesPerSecond = 20;

    // Takes nothing: stderr stays what it is.
    Log() = default;
    // From now on stderr is read here. Fails with internal.
    static Result<Log> open();

    bool enabled() const { return stderr_.has_value(); }
    // Readable when something was written to stderr; -1 when that is none of our business.
    int fd() const { return stderr_ ? stderr_->fd() : -1; }

    void read_stderr(Clock::time_point now);
    // What a worker wrote to its own stderr.
    void add_worker(pid_t pid, std::string_view text, Clock::time_point now);

    // The lines since the last call.
    std::vector<LogLine> take(Clock::time_point now);
    // As `take`, with a line that was not finished.
    std::vector<LogLine> take_last(Clock::time_point now);
    // When `take` has something to say of lines that were left out; max() when not.
    Clock::time_point due() const;

private:
    struct Source {
        std::string_view level;
        Clock::time_point second_ends = {};
        int lines = 0;
        int left_out = 0;
    };
    void add(Source& source, pid_t pid, std::string_view line, Clock::time_point now);
    void tell_left_out(Source& source, Clock::time_point now);

    std::optional<StderrPipe> stderr_;
    std::string unfinished_; // line of stderr
    Source server_{"warning"};
    Source workers_{"info"};
    std::vector<LogLine> lines_;
};

} // namespace thumbnailer
