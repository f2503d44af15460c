// Steps in the running program: what becomes of requests that name them, and of workers that they end.
#include "server/step_service.h"

#include <doctest/doctest.h>

#include "step/translate/module_hash.h"
#include "support/native_steps.h"
#include "support/pixels.h"
#include "support/program.h"
#include "support/step_images.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// A program with one worker, that can be given steps.
class StepProgram : public Program {
public:
    explicit StepProgram(std::vector<std::string> flags = {}) : Program(with_worker(std::move(flags))) {}

    void send_step(Id id, const std::string& name, const std::vector<std::byte>& translation) {
        const ElfLayout layout = *ElfLayout::read(translation);
        ModuleHash hash;
        std::copy(std::begin(layout.note.module), std::end(layout.note.module), hash.begin());
        const std::string text = hex_of(hash);
        Map names;
        names.put("name", binary(name));
        names.put("hash", binary(text));
        send(tuple(atom("add_step"), integer(id), std::move(names), tuple(atom("bytes"), Binary{translation})));
    }
    std::string add(const std::string& name, const std::vector<std::byte>& translation) {
        send_step(++id_, name, translation);
        return next();
    }
    std::string make(const std::string& step, std::vector<double> values, const std::string& image = picture()) {
        send_make(++id_, step, values, image);
        return next();
    }
    void send_make(Id id, const std::string& step, const std::vector<double>& values, const std::string& image) {
        List numbers;
        for (const double value : values) numbers.items.emplace_back(value);
        Map output;
        output.put("width", integer(40));
        output.put("step", List{{tuple(binary(step), std::move(numbers))}});
        Map options;
        options.put("outputs", List{{Term(std::move(output))}});
        send(tuple(atom("make"), integer(id), std::move(options), tuple(atom("bytes"), binary(image))));
    }
    static std::string picture() { return file_of(quadrants(160, 120), ".png"); }

private:
    static std::vector<std::string> with_worker(std::vector<std::string> flags) {
        flags.push_back("--workers=1");
        return flags;
    }
    Id id_ = 100;
};

std::vector<std::byte> faults() {
    return translated(
        assemble(text_in_file(std::filesystem::path(THUMBNAILER_ROOT) / "test/port/step/modules/faults.wat")));
}

// A translation that describes itself, and does `body` in step_run. It finds its memory by step_alloc.
std::vector<std::byte> native(const std::string& body) {
    NativeStep step;
    step.before =
        "static const char text[] = \"step/1 native 1 Is made by hand\\n\"; static unsigned top;"
        "static long call3(long n, long a, long b, long c) { long r; __asm__ volatile(\"syscall\" : \"=a\"(r) : "
        "\"a\"(n), \"D\"(a), \"S\"(b), \"d\"(c) : \"rcx\", \"r11\", \"memory\"); return r; }";
    step.body =
        "switch (call) {"
        "case STEP_CALL_INSTANTIATE: host->commit(64); top = 1024; return 0;"
        "case STEP_CALL_DESCRIBE: for (unsigned i = 0; i < sizeof text; ++i) host->memory[16 + i] = text[i]; return 16;"
        "case STEP_CALL_ALLOC: { unsigned at = top; top += (a[0] + 15) & ~15u; return at; }"
        "case STEP_CALL_RUN: " +
        body + "; return 0; } return 0;";
    return step.linked();
}

} // namespace

TEST_CASE("steps: a request that is sent right after a step finds it") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepProgram program;
    program.send_step(1, "duotone", translated(bytes_in(sample_step("duotone"))));
    program.send_make(2, "duotone", {1, 0, 0xffffff}, StepProgram::picture());
    check_contains(program.next(), "{ok, 1, #{name => <<\"duotone\">>");
    check_contains(program.next(), "{ok, 2, ");
}

TEST_CASE("steps: one that is not there, or has other parameters, is a bad option of its name") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepProgram program;
    check_contains(program.make("duotone", {}), "there is no step \\\"duotone\\\"; added are: none");
    program.add("duotone", translated(bytes_in(sample_step("duotone"))));
    const std::string answer = program.make("duotone", {1});
    check_contains(answer, "reason => bad_option");
    check_contains(answer, "duotone has 3 parameters, not 1");
}

TEST_CASE("steps: a fault is that output's, names the step, and the worker lives") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepProgram program;
    check_contains(program.add("faults", faults()), "{ok, ");
    check_contains(program.make("faults", {0, 0}), "{ok, ");
    const auto workers = program.workers();
    const std::string bounds = program.make("faults", {3, 0});
    check_contains(bounds, "reason => step_failed");
    check_contains(bounds, "fault => bounds");
    check_contains(bounds, "step => <<\"faults\">>");
    const std::string refused = program.make("faults", {1, 0});
    check_contains(refused, "reason => step_refused");
    check_contains(refused, "it said no");
    check_contains(program.make("faults", {0, 0}), "{ok, ");
    CHECK(program.workers() == workers);
}

TEST_CASE("steps: what a step does that is made to escape ends its worker, and names the step") {
    SKIP_WITHOUT_GCC();
    StepProgram program({"--poison-after=0", "--disable-step-after=0"});
    const auto ends = [&](const std::string& body) {
        check_contains(program.add("hostile", native(body)), "{ok, ");
        const std::string answer = program.make("hostile", {});
        check_contains(answer, "{error, ");
        check_contains(answer, "step => <<\"hostile\">>");
        return answer;
    };
    check_contains(ends("call3(59, 0, 0, 0)"), "execve");
    check_contains(ends("call3(57, 0, 0, 0)"), "fork");
    check_contains(ends("call3(10, (long)&text & ~4095, 4096, 7)"), "mprotect");
    check_contains(ends("if (call3(2, (long)\"/etc/passwd\", 0, 0) < 0) __builtin_trap()"), "reason => crashed");
    check_contains(ends("if (call3(41, 2, 1, 0) < 0) __builtin_trap()"), "reason => crashed");
    check_contains(ends("*(volatile char*)0 = 1"), "signal => segv");
    check_contains(ends("*(volatile char*)&text = 1"), "signal => segv");
    program.send_image(5000, StepProgram::picture());
    check_contains(program.next(), "{ok, 5000, ");
}

TEST_CASE("steps: an endless loop ends at the deadline, and the error names the step") {
    SKIP_WITHOUT_GCC();
    StepProgram program({"--timeout=300"});
    program.add("endless", native("for (;;) {}"));
    const std::string answer = program.make("endless", {});
    check_contains(answer, "reason => timeout");
    check_contains(answer, "in step endless");
}

TEST_CASE("steps: one that ends worker after worker is switched off, with one event") {
    SKIP_WITHOUT_GCC();
    StepProgram program({"--poison-after=0", "--disable-step-after=2"});
    program.add("crash", native("__builtin_trap()"));
    check_contains(program.make("crash", {}), "reason => crashed");
    program.send_make(1, "crash", {}, StepProgram::picture());
    check_contains(program.next(), "{event, step_disabled, #{name => <<\"crash\">>");
    check_contains(program.next(), "{error, 1, #{reason => crashed");
    check_contains(program.make("crash", {}), "reason => step_disabled");
    check_contains(program.add("crash", native("__builtin_trap()")), "disabled => false");
}

TEST_CASE("steps: an image that killed its worker in a step is refused with that step alone") {
    SKIP_WITHOUT_GCC();
    StepProgram program({"--poison-after=1", "--disable-step-after=0"});
    program.add("crash", native("__builtin_trap()"));
    check_contains(program.make("crash", {}), "reason => crashed");
    check_contains(program.make("crash", {}), "reason => poison");
    program.send_image(1, StepProgram::picture());
    check_contains(program.next(), "{ok, 1, ");
}

TEST_CASE("steps: a translation of another module, or none, is a bad step") {
    SKIP_WITHOUT_GCC();
    StepProgram program;
    Map names;
    const std::string hash(64, '1');
    names.put("name", binary("other"));
    names.put("hash", binary(hash));
    const auto translation = native("");
    program.send(tuple(atom("add_step"), integer(1), std::move(names), tuple(atom("bytes"), Binary{translation})));
    check_contains(program.next(), "reason => bad_step");
    Map again;
    again.put("name", binary("other"));
    again.put("hash", binary(hash));
    program.send(tuple(atom("add_step"), integer(2), std::move(again), tuple(atom("bytes"), binary("no ELF file"))));
    check_contains(program.next(), "reason => bad_step");
}

TEST_CASE("steps: a removed step is gone, and steps are listed") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepProgram program;
    program.add("duotone", translated(bytes_in(sample_step("duotone"))));
    program.send("{steps, 1}.");
    check_contains(program.next(), "name => <<\"duotone\">>");
    program.send("{remove_step, 2, duotone}.");
    check_contains(program.next(), "{ok, 2, ");
    check_contains(program.make("duotone", {1, 0, 0}), "there is no step");
    program.send("{remove_step, 3, duotone}.");
    check_contains(program.next(), "reason => bad_request");
}

TEST_CASE("steps: one image in one process runs steps, too") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepProgram program({"--max-images-per-worker=1"});
    program.add("faults", faults());
    for (int time = 0; time < 3; ++time) check_contains(program.make("faults", {0, 0}), "{ok, ");
    check_contains(program.make("faults", {16, 0}), "fault => stack");
}
