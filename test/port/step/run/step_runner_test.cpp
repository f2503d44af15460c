#include "step/run/step_runner.h"

#include <doctest/doctest.h>

#include <array>
#include <csignal>

#include "support/step_images.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

StepPicture picture(std::int32_t width, std::int32_t height, std::uint8_t first = 10) {
    StepPicture made{width, height, {}};
    for (std::int32_t at = 0; at < width * height * 4; ++at)
        made.rgba.push_back(at % 4 == 3 ? 255 : static_cast<std::uint8_t>(first + at));
    return made;
}

using Outcome = std::variant<StepPicture, StepFailure>;

std::string end_of(const Outcome& outcome) {
    const auto* failure = std::get_if<StepFailure>(&outcome);
    return failure == nullptr ? "done" : std::string(name_of(failure->fault));
}

std::string message_of(const Outcome& outcome) { return std::get<StepFailure>(outcome).message; }

// The step of faults.wat.
class Faults {
public:
    Outcome run(double way, double size = 0, const StepPicture& source = picture(3, 2)) {
        return runner_.run(image_, source, std::array{way, size});
    }
    std::string end(double way, double size = 0) { return end_of(run(way, size)); }
    StepRunner& runner() { return runner_; }
    const StepImage& image() const { return image_; }

private:
    StepImage image_ = image_of_text("faults");
    StepRunner runner_{StepLimits{}};
};

} // namespace

TEST_CASE("step: its picture is what the source says it should be") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepRunner runner(StepLimits{});
    const StepPicture source{2, 1, {0, 0, 0, 255, 255, 255, 255, 128}};
    const auto outcome =
        runner.run(image_of_sample("duotone"), source, std::array{1.0, double(0x102030), double(0xfefdfc)});
    REQUIRE(end_of(outcome) == "done");
    CHECK(std::get<StepPicture>(outcome).rgba == std::vector<std::uint8_t>{16, 32, 48, 255, 254, 253, 252, 128});
}

TEST_CASE("step: the strength of a sample mixes source and effect") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepRunner runner(StepLimits{});
    const StepPicture source{1, 1, {0, 0, 0, 255}};
    const auto outcome =
        runner.run(image_of_sample("duotone"), source, std::array{0.5, double(0x204060), double(0xffffff)});
    CHECK(std::get<StepPicture>(outcome).rgba == std::vector<std::uint8_t>{16, 32, 48, 255});
}

TEST_CASE("step: it may change the size of the picture") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepRunner runner(StepLimits{});
    const auto outcome =
        runner.run(image_of_sample("polaroid"), picture(10, 6), std::array{2.0, double(0x010203), 0.0});
    REQUIRE(end_of(outcome) == "done");
    const auto& made = std::get<StepPicture>(outcome);
    CHECK(made.width == 14);
    CHECK(made.height == 16);
    CHECK(std::equal(made.rgba.begin(), made.rgba.begin() + 4, std::array<std::uint8_t, 4>{1, 2, 3, 255}.begin()));
    CHECK(made.rgba[(2 * 14 + 2) * 4] == 10); // the first pixel of the source, inside of the frame
}

TEST_CASE("step: dither uses the colours of its palette alone") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepRunner runner(StepLimits{});
    const auto outcome = runner.run(image_of_sample("dither"), picture(16, 16), std::array{0.0, 1.0});
    REQUIRE(end_of(outcome) == "done");
    const auto& rgba = std::get<StepPicture>(outcome).rgba;
    std::size_t white = 0;
    for (std::size_t at = 0; at < rgba.size(); at += 4) {
        CHECK((rgba[at] == 0 || rgba[at] == 255));
        white += rgba[at] == 255 ? 1 : 0;
    }
    CHECK(white > 64);
    CHECK(white < 192);
}

TEST_CASE("step: its description is its own text") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepRunner runner(StepLimits{});
    const auto described = runner.describe(image_of_sample("duotone"));
    CHECK(std::get<std::string>(described).starts_with("step/1 duotone 1.0.0 Maps shadows"));
}

TEST_CASE("step: each way to go wrong is a value, and the next image is made") {
    SKIP_WITHOUT_TOOLCHAIN();
    Faults faults;
    struct Way {
        int way;
        const char* end;
    };
    for (const Way& each : {
             Way{1, "refused"},  {2, "unreachable"}, {3, "bounds"},      {4, "bounds"},      {5, "done"},
             {6, "bounds"},      {7, "bounds"},      {8, "bounds"},      {9, "bounds"},      {10, "arithmetic"},
             {11, "arithmetic"}, {12, "arithmetic"}, {13, "arithmetic"}, {14, "arithmetic"}, {15, "unreachable"},
             {16, "stack"},      {17, "stack"},      {18, "call"},       {19, "call"},       {20, "call"},
             {30, "refused"},    {31, "refused"},    {99, "done"},
         }) {
        CAPTURE(each.way);
        CHECK(faults.end(each.way) == each.end);
        const auto next = faults.run(0);
        REQUIRE(end_of(next) == "done");
        CHECK(std::get<StepPicture>(next).rgba == picture(3, 2).rgba);
    }
}

TEST_CASE("step: a refusal carries the step's own text") {
    SKIP_WITHOUT_TOOLCHAIN();
    Faults faults;
    CHECK(message_of(faults.run(1)) == "it said no");
}

TEST_CASE("step: a text that is not in its memory or not UTF-8 is not shown") {
    SKIP_WITHOUT_TOOLCHAIN();
    Faults faults;
    CHECK(message_of(faults.run(30)) == "it did not say why");
    CHECK(message_of(faults.run(31)) == "not ");
}

TEST_CASE("step: a size that no picture can have is a bad result") {
    SKIP_WITHOUT_TOOLCHAIN();
    Faults faults;
    CHECK(faults.end(0, 1) == "bad_result"); // nothing
    CHECK(faults.end(0, 2) == "bad_result"); // 16384 x 1
    CHECK(faults.end(0, 3) == "bad_result"); // 16383 x 16383
    CHECK(faults.end(0, 5) == "bad_result"); // all bits set
    CHECK(faults.end(0, 6) == "unreachable");
}

TEST_CASE("step: a size of its own is that of its picture") {
    SKIP_WITHOUT_TOOLCHAIN();
    Faults faults;
    const auto outcome = faults.run(0, 4);
    REQUIRE(end_of(outcome) == "done");
    CHECK(std::get<StepPicture>(outcome).width == 16);
    CHECK(std::get<StepPicture>(outcome).height == 8);
}

TEST_CASE("step: what it allocates must be in its memory and aligned") {
    SKIP_WITHOUT_TOOLCHAIN();
    Faults faults;
    CHECK(end_of(faults.run(0, 0, picture(7, 1))) == "memory");      // 0: none left
    CHECK(end_of(faults.run(0, 0, picture(11, 1))) == "bad_result"); // outside
    CHECK(end_of(faults.run(0, 0, picture(13, 1))) == "bad_result"); // not aligned
    CHECK(end_of(faults.run(0, 0, picture(15, 1))) == "bad_result"); // only its beginning is inside
}

TEST_CASE("step: each image gets a fresh instance") {
    SKIP_WITHOUT_TOOLCHAIN();
    Faults faults;
    for (int time = 0; time < 3; ++time) CHECK(faults.end(32) == "done"); // it refuses when it finds a trace of itself
}

TEST_CASE("step: memory above its limit is not there") {
    SKIP_WITHOUT_TOOLCHAIN();
    const StepImage image = image_of_text("faults");
    StepRunner small(StepLimits{.max_memory = 4 * 65536});
    CHECK(end_of(small.run(image, picture(3, 2), std::array{0.0, 0.0})) == "done");
    CHECK(end_of(small.run(image, picture(300, 300), std::array{0.0, 0.0})) == "memory");
    StepRunner smaller(StepLimits{.max_memory = 3 * 65536});
    CHECK(end_of(smaller.run(image, picture(3, 2), std::array{0.0, 0.0})) == "memory");
}

TEST_CASE("step: modules that go wrong before step_run") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepRunner runner(StepLimits{});
    StepParts parts;
    std::string end;
    const auto ends = [&] { return end_of(runner.run(image_of(translated(parts.assembled())), picture(3, 2), {})); };
    SUBCASE("data outside of memory") {
        parts.more = R"((data (i32.const 262143) "ab"))";
        CHECK(ends() == "bounds");
    }
    SUBCASE("elements outside of a table") {
        parts.more = "(table 1 funcref) (elem (i32.const 1) func $alloc)";
        CHECK(ends() == "bounds");
    }
    SUBCASE("a start function that gives up") {
        parts.more = "(func $start (unreachable)) (start $start)";
        CHECK(ends() == "unreachable");
    }
    SUBCASE("an _initialize that gives up") {
        parts.more = R"((func (export "_initialize") (unreachable)))";
        CHECK(ends() == "unreachable");
    }
    SUBCASE("large frames in endless calls") {
        std::string locals;
        std::string sum = "(local.get 0)";
        for (int local = 0; local < 3000; ++local) locals += "i64 ";
        for (int local = 1; local < 3000; ++local) {
            const std::string number = std::to_string(local);
            parts.more += "(local.set " + number + " (i64.load (i32.const " + std::to_string(local * 8) + ")))";
            sum = "(i64.add " + sum + " (local.get " + number + "))";
        }
        parts.more = "(func $wide (param i64) (result i64) (local " + locals + ")" + parts.more +
                     "(local.set 0 (i64.load (i32.wrap_i64 (call $wide (local.get 1)))))" + sum + ")";
        parts.run = R"((func (export "step_run") (param i32 i32 i32 i32 i32) (result i32)
            (i32.wrap_i64 (call $wide (i64.const 1)))))";
        CHECK(ends() == "stack");
    }
}

TEST_CASE("step: descriptions that go wrong") {
    SKIP_WITHOUT_TOOLCHAIN();
    StepRunner runner(StepLimits{});
    StepParts parts;
    const auto describes = [&](const std::string& address) {
        parts.describe = R"((func (export "step_describe") (result i32) )" + address + ")";
        const auto described = runner.describe(image_of(translated(parts.assembled())));
        const auto* failure = std::get_if<StepFailure>(&described);
        return failure == nullptr ? "text of " + std::to_string(std::get<std::string>(described).size())
                                  : std::string(name_of(failure->fault));
    };
    CHECK(describes("(i32.const 0)") == "bad_result");
    CHECK(describes("(i32.const -1)") == "bad_result");
    CHECK(describes("(i32.const 300)") == "bad_result"); // empty
    CHECK(describes("(unreachable)") == "unreachable");
    parts.data = R"((data (i32.const 262140) "abcd"))";
    CHECK(describes("(i32.const 262140)") == "text of 4"); // ends with its memory
    parts.data = R"((func $fill (memory.fill (i32.const 1) (i32.const 97) (i32.const 262143))) (start $fill))";
    CHECK(describes("(i32.const 1)") == "text of 65536"); // without an end: cut
}

TEST_CASE("step: a run does not disturb the handlers of its process") {
    SKIP_WITHOUT_TOOLCHAIN();
    Faults faults;
    struct sigaction before {};
    struct sigaction after {};
    ::sigaction(SIGSEGV, nullptr, &before);
    CHECK(faults.end(3) == "bounds");
    ::sigaction(SIGSEGV, nullptr, &after);
    CHECK((before.sa_sigaction == after.sa_sigaction));
    CHECK(before.sa_flags == after.sa_flags);
}
