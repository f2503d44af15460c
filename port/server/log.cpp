#include "server/log.h"

#include <unistd.h>

#include <algorithm>

#include "text/printable.h"

namespace thumbnailer {

namespace {

// The program's own name is in the first place of its lines, which only makes sense in a terminal.
constexpr std::string_view kOwnName = "thumbnailer: ";

std::string shown(std::string_view line) {
    if (line.starts_with(kOwnName)) line.remove_prefix(kOwnName.size());
    std::string text = printable(line);
    if (text.size() <= Log::kMaxLine) return text;
    return printable(std::string_view(text).substr(0, Log::kMaxLine)) + "...";
}

} // namespace

Result<Log> Log::open() {
    auto pipe = StderrPipe::open();
    if (!pipe) return pipe.error();
    Log log;
    log.stderr_.emplace(std::move(*pipe));
    return log;
}

void Log::read_stderr(Clock::time_point now) {
    if (!stderr_) return;
    unfinished_ += stderr_->read();
    std::size_t begin = 0;
    for (auto end = unfinished_.find('\n'); end != std::string::npos; end = unfinished_.find('\n', begin)) {
        add(server_, ::getpid(), std::string_view(unfinished_).substr(begin, end - begin), now);
        begin = end + 1;
    }
    unfinished_.erase(0, begin);
    // Whatever has no end in it is a line once it is too long for one.
    if (unfinished_.size() > kMaxLine) add(server_, ::getpid(), std::exchange(unfinished_, {}), now);
}

void Log::add_worker(pid_t pid, std::string_view text, Clock::time_point now) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        add(workers_, pid, text.substr(0, end), now);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void Log::add(Source& source, pid_t pid, std::string_view line, Clock::time_point now) {
    if (line.empty()) return;
    if (now >= source.second_ends) {
        tell_left_out(source, now);
        source.second_ends = now + std::chrono::seconds(1);
        source.lines = 0;
    }
    if (source.lines == kLinesPerSecond) {
        ++source.left_out;
        return;
    }
    ++source.lines;
    lines_.push_back({source.level, pid, shown(line)});
}

void Log::tell_left_out(Source& source, Clock::time_point now) {
    if (source.left_out == 0 || now < source.second_ends) return;
    lines_.push_back({source.level, ::getpid(),
                      std::to_string(source.left_out) + " more lines in a second than " +
                          std::to_string(kLinesPerSecond) + " were left out"});
    source.left_out = 0;
}

std::vector<LogLine> Log::take(Clock::time_point now) {
    tell_left_out(server_, now);
    tell_left_out(workers_, now);
    return std::exchange(lines_, {});
}

std::vector<LogLine> Log::take_last(Clock::time_point now) {
    read_stderr(now);
    add(server_, ::getpid(), std::exchange(unfinished_, {}), now);
    return take(std::max({now, server_.second_ends, workers_.second_ends}));
}

Log::Clock::time_point Log::due() const {
    auto due = Clock::time_point::max();
    for (const Source* source : {&server_, &workers_})
        if (source->left_out > 0) due = std::min(due, source->second_ends);
    return due;
}

} // namespace thumbnailer
