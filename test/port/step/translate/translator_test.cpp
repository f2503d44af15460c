#include "step/translate/translator.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "step/module/module_reader.h"
#include "step/module/section.h"
#include "step/translate/module_hash.h"
#include "step/translate/tool_process.h"
#include "step/translate/work_folder.h"
#include "support/step_images.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

Failure failure_of(const std::vector<std::byte>& module) {
    auto translation = translate_step(module, *native_architecture());
    REQUIRE_FALSE(translation);
    return translation.error();
}

std::string output_of(const std::string& command) {
    std::string text;
    FILE* const pipe = ::popen(command.c_str(), "r");
    std::array<char, 256> chunk{};
    while (pipe != nullptr && std::fgets(chunk.data(), chunk.size(), pipe) != nullptr) text += chunk.data();
    if (pipe != nullptr) ::pclose(pipe);
    return text;
}

// Puts other bytes in the place of the last function's.
std::vector<std::byte> with_last_body(const std::vector<std::byte>& module, std::string_view body) {
    std::vector<std::byte> changed(kModuleHeader.begin(), kModuleHeader.end());
    ModuleReader reader(Bytes(module).subspan(kModuleHeader.size()));
    while (!reader.at_end()) {
        const auto section = static_cast<Section>(reader.byte());
        const Bytes old = reader.take(reader.number());
        if (section != Section::code) {
            append_section(changed, section, old);
            continue;
        }
        ModuleReader code(old);
        const std::uint32_t count = code.number();
        std::vector<std::byte> bodies;
        append_number(bodies, count);
        for (std::uint32_t index = 0; index < count; ++index) {
            const std::string_view kept = code.name();
            append_name(bodies, index + 1 == count ? body : kept);
        }
        append_section(changed, section, bodies);
    }
    return changed;
}

std::size_t folders_left() {
    std::size_t count = 0;
    for (const auto& each : std::filesystem::directory_iterator("/tmp"))
        count += each.path().filename().string().starts_with("thumbnailer-step-") ? 1 : 0;
    return count;
}

} // namespace

TEST_CASE("translator: the same module gives the same translation") {
    SKIP_WITHOUT_TOOLCHAIN();
    const auto module = bytes_in(sample_step("polaroid"));
    CHECK(*translate_step(module, *native_architecture()) == *translate_step(module, *native_architecture()));
}

TEST_CASE("translator: a translation carries the hash of its module") {
    SKIP_WITHOUT_TOOLCHAIN();
    const auto module = bytes_in(sample_step("duotone"));
    const StepImage image = image_of(translated(module));
    ModuleHash hash;
    std::copy(std::begin(image.note().module), std::end(image.note().module), hash.begin());
    CHECK(hex_of(hash) == output_of("sha256sum < " + sample_step("duotone").string()).substr(0, 64));
}

TEST_CASE("translator: what the check refuses is a bad step, whatever its bytes") {
    SKIP_WITHOUT_TOOLCHAIN();
    CHECK(failure_of(assemble(R"((module (import "env" "abort" (func))))")).message ==
          "the module imports env.abort: a step can import nothing");
    CHECK(failure_of({}).reason == Reason::bad_step);
}

TEST_CASE("translator: instructions that are not valid are a bad step") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepParts parts;
    SUBCASE("not typed") {
        parts.more = "(func (result i32) (i64.const 1))";
        CHECK(failure_of(parts.assembled()).message.find("type mismatch") != std::string::npos);
    }
    SUBCASE("vectors") {
        parts.more = "(func (drop (i8x16.splat (i32.const 1))))";
        CHECK(failure_of(parts.assembled()).message.find("unexpected opcode: 0xfd") != std::string::npos);
    }
    SUBCASE("a start function that there is not") {
        parts.more = "(start 99)";
        CHECK(failure_of(parts.assembled()).reason == Reason::bad_step);
    }
    SUBCASE("atomic instructions") {
        parts.more = "(func (drop (i32.atomic.load (i32.const 0))))";
        CHECK(failure_of(parts.assembled()).reason == Reason::bad_step);
    }
    SUBCASE("instructions that are none") {
        auto module = parts.assembled();
        module[module.size() - parts.data.size()] ^= std::byte{0xff};
        CHECK(failure_of(module).reason == Reason::bad_step);
    }
}

TEST_CASE("translator: nested blocks that make a tool crash are a bad step, and the tool's crash is said") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepParts parts;
    parts.more = "(func (nop))";
    constexpr int kDepth = 60'000;
    std::string body(1, '\0'); // no locals
    for (int depth = 0; depth < kDepth; ++depth) body += "\x02\x40";
    body += std::string(kDepth + 1, '\x0b');
    const Failure failure = failure_of(with_last_body(parts.assembled(), body));
    CHECK(failure.reason == Reason::bad_step);
    CHECK(failure.message == "wasm2c could not cope with the module: signal 11");
}

TEST_CASE("translator: names of the author's choosing never reach the compiler") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepParts parts;
    parts.more = R"((func (export "*/ __attribute__((constructor)) static void run(void) { __builtin_trap(); } /*")))";
    const StepImage image = image_of(translated(parts.assembled()));
    CHECK(image.renew_data()); // which refuses constructors
}

TEST_CASE("translator: a translation of the other compiler makes the same pictures") {
    SKIP_WITHOUT_TOOLCHAIN();
    const auto native = *native_architecture();
    const auto gcc = find_toolchain(native, Compiler::gcc);
    const auto clang = find_toolchain(native, Compiler::clang);
    if (!gcc || !clang) {
        MESSAGE("skipped: gcc and clang are not both installed");
        return;
    }
    CHECK(translate_step(bytes_in(sample_step("dither")), native, *clang));
    CHECK(translate_step(bytes_in(sample_step("dither")), native, *gcc));
}

TEST_CASE("translator: missing tools are named with the packages that have them") {
    Toolchain tools;
    tools.wasm_validate = "/nowhere/wasm-validate";
    tools.wasm2c = "/nowhere/wasm2c";
    const auto translation = translate_step(bytes_in(sample_step("duotone")), *native_architecture(), tools);
    REQUIRE_FALSE(translation);
    CHECK(translation.error().reason == Reason::untranslated);
    CHECK(translation.error().message == "/nowhere/wasm2c cannot be run");
}

TEST_CASE("translator: nothing is left behind, neither of a translation nor of a refusal") {
    SKIP_WITHOUT_TOOLCHAIN();
    const std::size_t before = folders_left();
    CHECK(translate_step(bytes_in(sample_step("duotone")), *native_architecture()));
    CHECK_FALSE(translate_step(bytes_of("no module"), *native_architecture()));
    CHECK(folders_left() == before);
}

TEST_CASE("tool: it can write in its folder alone, and reach nothing else") {
    const auto folder = WorkFolder::create();
    REQUIRE(folder);
    const ToolProcess process(folder->path());
    const auto succeeds = [&](const std::function<bool()>& attempt) {
        const auto ended = process.run([&] { return attempt() ? 0 : 1; });
        REQUIRE(ended);
        return ended->succeeded();
    };
    CHECK(succeeds([] { return static_cast<bool>(std::ofstream("made") << "text" << std::flush); }));
    CHECK_FALSE(
        succeeds([] { return static_cast<bool>(std::ofstream("/tmp/thumbnailer-escaped") << "x" << std::flush); }));
    CHECK_FALSE(succeeds([] { return ::open("/etc/passwd", O_RDONLY) >= 0; }));
    CHECK_FALSE(succeeds([] { return ::open("/proc/self/environ", O_RDONLY) >= 0; }));
    CHECK_FALSE(succeeds([] { return ::socket(2, 1, 0) >= 0; }));
    CHECK_FALSE(succeeds([] { return ::fork() >= 0; }));
    CHECK_FALSE(succeeds([] { return ::kill(::getppid(), 0) == 0; }));
    CHECK_FALSE(succeeds([] { return ::mkdir("folder", 0700) == 0; }));
    CHECK_FALSE(succeeds([] { return ::symlink("/etc", "link") == 0; }));
    CHECK_FALSE(succeeds([] { return std::getenv("PATH") != nullptr; }));
}

TEST_CASE("tool: it has nothing of the environment, neither as variables nor in its memory") {
    const auto folder = WorkFolder::create();
    REQUIRE(folder);
    const ToolProcess process(folder->path());
    ::setenv("SECRET_KEY_BASE", "the-secret-of-the-application", 1);
    const char* const secret = std::getenv("SECRET_KEY_BASE");
    const auto looks = process.run([=] { return environ == nullptr && *secret == '\0' ? 0 : 1; });
    REQUIRE(looks);
    CHECK(looks->status == 0);
    const auto shows = process.run(std::vector<std::string>{"/usr/bin/env"});
    REQUIRE(shows);
    CHECK(shows->output == "");
    CHECK(shows->status == 0);
    CHECK(std::string(secret) == "the-secret-of-the-application");
    ::unsetenv("SECRET_KEY_BASE");
}

TEST_CASE("tool: programs outside of the system's folders cannot be run") {
    const auto folder = WorkFolder::create();
    std::filesystem::copy_file("/usr/bin/true", folder->path() + "/true");
    const ToolProcess process(folder->path());
    CHECK(process.run(std::vector<std::string>{"/usr/bin/true"})->succeeded());
    CHECK_FALSE(process.run(std::vector<std::string>{folder->path() + "/true"}));
}

TEST_CASE("tool: one that does not end is ended, and one that takes too much fails") {
    const auto folder = WorkFolder::create();
    const ToolProcess process(folder->path(),
                              {.seconds = 1, .memory_bytes = std::size_t{256} << 20, .file_bytes = 1 << 20});
    const auto endless = process.run([] {
        for (volatile bool on = true; on;) {
        }
        return 0;
    });
    REQUIRE(endless);
    CHECK_FALSE(endless->succeeded());
    CHECK((endless->signal == SIGXCPU || endless->signal == SIGKILL));
    const auto large = process.run([] {
        std::ofstream file("large");
        for (int time = 0; time < 4096; ++time) file << std::string(1024, 'x');
        return static_cast<bool>(file.flush()) ? 0 : 1;
    });
    CHECK_FALSE(large->succeeded());
}

TEST_CASE("tool: what it says is kept, and cut") {
    const auto folder = WorkFolder::create();
    const ToolProcess process(folder->path());
    const auto ended = process.run([] {
        for (int time = 0; time < 1000; ++time)
            if (::write(2, "0123456789", 10) < 0) return 1;
        return 0;
    });
    REQUIRE(ended);
    CHECK(ended->output.size() == 4096);
}

TEST_CASE("tool: a folder for work is this user's alone, and goes with its owner") {
    std::string path;
    {
        const auto folder = WorkFolder::create();
        REQUIRE(folder);
        path = folder->path();
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0700);
        std::ofstream(path + "/file") << "text";
    }
    CHECK_FALSE(std::filesystem::exists(path));
}
