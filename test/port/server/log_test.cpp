#include "server/log.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>

using namespace thumbnailer;

namespace {

using Lines = std::vector<std::string>;

const Log::Clock::time_point kStart = Log::Clock::now();
constexpr std::chrono::seconds kSecond{1};

Lines messages(const std::vector<LogLine>& lines) {
    Lines messages;
    for (const LogLine& line : lines) messages.push_back(line.message);
    return messages;
}

Log open_log() {
    auto log = Log::open();
    REQUIRE(log);
    return std::move(*log);
}

} // namespace

TEST_CASE("what is written to stderr is taken line by line, without the program's name") {
    Log log = open_log();
    std::fprintf(stderr, "thumbnailer: one\ntwo\nthr");
    log.read_stderr(kStart);
    const auto lines = log.take(kStart);
    std::fprintf(stderr, "ee\n");
    log.read_stderr(kStart);
    const auto rest = log.take(kStart);
    CHECK(messages(lines) == Lines{"one", "two"});
    CHECK(lines[0].level == "warning");
    CHECK(lines[0].pid == ::getpid());
    CHECK(messages(rest) == Lines{"three"});
}

TEST_CASE("the last line needs no end") {
    Log log = open_log();
    std::fprintf(stderr, "the end");
    const auto lines = log.take_last(kStart);
    CHECK(messages(lines) == Lines{"the end"});
}

TEST_CASE("a long line is cut, with and without an end") {
    Log log = open_log();
    const std::string line(Log::kMaxLine + 1, 'x');
    std::fprintf(stderr, "%s\n", line.c_str());
    log.read_stderr(kStart);
    std::fprintf(stderr, "%s", line.c_str());
    log.read_stderr(kStart);
    const std::string cut = std::string(Log::kMaxLine, 'x') + "...";
    const auto lines = log.take(kStart);
    CHECK(messages(lines) == Lines{cut, cut});
}

TEST_CASE("control characters and bytes that are not UTF-8 are shown by their codes") {
    Log log;
    log.add_worker(7, "\x1b[2J\xff.", kStart);
    const auto lines = log.take(kStart);
    CHECK(messages(lines) == Lines{"\\x{1b}[2J\\x{ff}."});
    CHECK(lines[0].level == "info");
    CHECK(lines[0].pid == 7);
}

TEST_CASE("a message is not longer because its characters are shown by their codes, and is UTF-8 where it is cut") {
    Log log;
    log.add_worker(7, std::string(Log::kMaxLine, '\xff'), kStart);
    log.add_worker(7, std::string(Log::kMaxLine - 1, 'x') + "\u00e4", kStart);
    const auto lines = log.take(kStart);
    CHECK(lines[0].message.size() == Log::kMaxLine + 3);
    CHECK(lines[1].message == std::string(Log::kMaxLine - 1, 'x') + "...");
}

TEST_CASE("of more lines than may be in a second their number is told when it is over") {
    Log log;
    std::string text;
    for (int line = 0; line < Log::kLinesPerSecond + 3; ++line) text += "line\n\n";
    log.add_worker(7, text, kStart);
    CHECK(log.take(kStart).size() == Log::kLinesPerSecond);
    CHECK(log.due() == kStart + kSecond);
    CHECK(messages(log.take(kStart + kSecond)) == Lines{"3 more lines in a second than 20 were left out"});
    CHECK(log.due() == Log::Clock::time_point::max());
    log.add_worker(7, "again", kStart + kSecond);
    CHECK(messages(log.take(kStart + kSecond)) == Lines{"again"});
}

TEST_CASE("workers that write much leave room for the lines of the server") {
    Log log = open_log();
    for (int line = 0; line < 100; ++line) log.add_worker(7, "noise", kStart);
    std::fprintf(stderr, "thumbnailer: important\n");
    log.read_stderr(kStart);
    const auto lines = log.take(kStart);
    CHECK(lines.back().message == "important");
}

TEST_CASE("nobody who writes to stderr waits for the one who reads it") {
    Log log = open_log();
    const std::string much(1 << 16, 'x');
    const ssize_t first = ::write(STDERR_FILENO, much.data(), much.size());
    const ssize_t second = ::write(STDERR_FILENO, much.data(), much.size());
    log.take_last(kStart);
    CHECK(first > 0);
    CHECK(second == -1);
}
