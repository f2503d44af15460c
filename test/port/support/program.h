// The real program at the other end of two pipes.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "request/request.h"
#include "text/print.h"
#include "text/reader/parse.h"
#include "wire/etf.h"
#include "wire/frame.h"

namespace thumbnailer::test {

// The program with this test at the other ends of its pipes. Executed, not only forked: libvips has run in this
// process, and its threads would be missing in a fork.
class Program {
public:
    explicit Program(std::vector<std::string> flags = {"--workers=2"}, const char* file = THUMBNAILER_PROGRAM) {
        std::array<int, 2> to{};
        std::array<int, 2> from{};
        REQUIRE(::pipe2(to.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(from.data(), O_CLOEXEC) == 0);
        std::vector<char*> arguments{const_cast<char*>(file)};
        for (std::string& flag : flags) arguments.push_back(flag.data());
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(to[0], STDIN_FILENO);
            ::dup2(from[1], STDOUT_FILENO);
            ::execv(file, arguments.data());
            ::_exit(127);
        }
        ::close(to[0]);
        ::close(from[1]);
        writing_ = Descriptor(to[1]);
        reading_ = Descriptor(from[0]);
        reader_.emplace(reading_.get(), std::size_t{64} << 20);
        CHECK(next().starts_with("{hello,"));
    }
    ~Program() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    void send(const Term& term) {
        FrameWriter writer(writing_.get());
        Payload payload;
        etf::encode(term, payload);
        writer.push(std::move(payload));
        REQUIRE(writer.flush());
    }
    void send(const std::string& text) {
        const auto parsed = text::parse(text);
        REQUIRE_MESSAGE(parsed, text);
        for (const Term& term : parsed->terms()) send(term);
    }
    void send_image(Id id, const std::string& image, int width = 40) {
        Map output;
        output.put("width", integer(width));
        Map spec;
        spec.put("outputs", List{{Term(std::move(output))}});
        send(tuple(atom("make"), integer(id), std::move(spec), tuple(atom("bytes"), binary(image))));
    }

    // The next answer as Erlang text on one line; fails when none comes in ten seconds.
    std::string next() { return next_as({.columns = 0}); }
    std::string next_exact() { return next_as(text::kExact); }

    int end_of_input() {
        writing_.reset();
        return wait();
    }
    void signal(int number) const { ::kill(pid_, number); }
    void stop_reading() { reading_.reset(); }
    int wait() const {
        int status = 0;
        REQUIRE(::waitpid(pid_, &status, 0) == pid_);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    // The workers, without the process that forks them, which is the oldest child, and those that write files.
    std::set<pid_t> workers() const {
        std::set<pid_t> pids;
        std::ifstream children("/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_) + "/children");
        pid_t pid = 0;
        children >> pid;
        while (children >> pid) {
            std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
            if (std::string name; std::getline(file, name) && name != "thumb-writer") pids.insert(pid);
        }
        return pids;
    }

private:
    std::string next_as(text::Style style) {
        for (;;) {
            auto frame = reader_->take();
            REQUIRE(frame);
            if (*frame) return text::print(*etf::decode((*frame)->payload), style);
            pollfd event{reading_.get(), POLLIN, 0};
            REQUIRE(::poll(&event, 1, 10'000) == 1);
            REQUIRE(*reader_->fill() == Input::some);
        }
    }

    pid_t pid_ = -1;
    Descriptor writing_;
    Descriptor reading_;
    std::optional<FrameReader> reader_;
};

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline void check_contains(const std::string& text, const std::string& part) {
    CHECK_MESSAGE(contains(text, part), text << " has no " << part);
}

} // namespace thumbnailer::test
