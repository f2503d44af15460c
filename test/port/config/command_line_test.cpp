#include "config/command_line.h"

#include <doctest/doctest.h>

using namespace thumbnailer;

namespace {

Result<Config> read(std::vector<std::string> words) {
    static std::vector<std::string> kept;
    kept = std::move(words);
    kept.insert(kept.begin(), "thumbnailer");
    std::vector<char*> arguments;
    for (std::string& word : kept) arguments.push_back(word.data());
    return read_config(static_cast<int>(arguments.size()), arguments.data());
}

void check_refused(const std::vector<std::string>& words, const std::string& part) {
    const auto config = read(words);
    REQUIRE(!config);
    CHECK_MESSAGE(config.error().message.find(part) != std::string::npos, config.error().message);
}

} // namespace

TEST_CASE("command line: a value follows its flag as a word of its own or behind an equals sign") {
    CHECK(read({"--workers", "3"})->workers == 3);
    CHECK(read({"--workers=3"})->workers == 3);
    CHECK(read({"--codec", "msgpack", "--max-images-per-worker=1"})->codec->name == "msgpack");
    CHECK(read({"--sandbox", "off"})->sandbox == SandboxMode::off);
    CHECK(read({"--root", "/a", "--root=/b"})->roots == std::vector<std::string>{"/a", "/b"});
}

TEST_CASE("command line: without a flag there is a worker for each core and the documented limits") {
    const auto config = read({});
    CHECK(config->workers >= 1);
    CHECK(config->timeout_ms == 30'000);
    CHECK(config->max_pixels == 100'000'000);
    CHECK(config->sandbox == SandboxMode::best_effort);
}

TEST_CASE("command line: what is no flag is a command") {
    CHECK(read({"describe", "options"})->words == std::vector<std::string_view>{"describe", "options"});
}

TEST_CASE("command line: a value that is not accepted is refused with what is") {
    check_refused({"--workers", "0"}, "1 to 256");
    check_refused({"--workers", "257"}, "1 to 256");
    check_refused({"--workers", "two"}, "two");
    check_refused({"--workers", "2x"}, "2x");
    check_refused({"--max-request-bytes", "4294967296"}, "4294967295");
    check_refused({"--codec", "json"}, "etf, msgpack");
    check_refused({"--sandbox", "maybe"}, "best_effort");
    check_refused({"--jpeg-fast-path", "on"}, "auto or off");
}

TEST_CASE("command line: a flag that is unknown, lacks its value or has one too many is refused") {
    check_refused({"--worker", "1"}, "--worker");
    check_refused({"--workers"}, "needs a value");
    check_refused({"--help=yes"}, "takes no value");
}

TEST_CASE("command line: the help names every flag") {
    for (const char* flag : {"--workers", "--max-images-per-worker", "--timeout", "--max-request-bytes", "--max-pixels",
                             "--max-source-bytes", "--max-memory", "--poison-after", "--codec", "--sandbox",
                             "--jpeg-fast-path", "--root", "--version"})
        CHECK(help_text().find(flag) != std::string::npos);
}
