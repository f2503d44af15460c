// What becomes of a request whose worker goes wrong: each end has its own reason, and the next request is served.
#include "crew.h"

#include <doctest/doctest.h>

#include "pixels.h"
#include "program.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// The answer to a faulty request, after which a good one was answered too.
std::string answer_to(const std::string& fault, std::vector<std::string> flags = {}) {
    flags.push_back("--workers=1");
    Program program(flags, THUMBNAILER_FAULTY);
    program.send_image(1, "fault:" + fault);
    std::string answer = program.next();
    program.send_image(2, file_of(quadrants(160, 120), ".jpg"));
    check_contains(program.next(), "{ok, 2,");
    return answer;
}

} // namespace

TEST_CASE("crew: a death by signal is a crash that names the signal") {
    check_contains(answer_to("segv"), "{error, 1, #{reason => crashed");
    check_contains(answer_to("segv"), "signal => segv");
    check_contains(answer_to("stack"), "signal => segv");
    check_contains(answer_to("abort"), "signal => abrt");
}

TEST_CASE("crew: an exit is a crash that names the status") {
    check_contains(answer_to("exit"), "reason => crashed");
    check_contains(answer_to("exit"), "exit_status => 3");
}

TEST_CASE("crew: what a worker wrote to stderr last is in the report of its crash") {
    check_contains(answer_to("complain"), "the last words");
}

TEST_CASE("crew: a worker that computes, sleeps or is stopped for too long ends with timeout") {
    for (const char* fault : {"spin", "sleep", "stop"})
        check_contains(answer_to(fault, {"--deadline=200"}), "{error, 1, #{reason => timeout");
}

TEST_CASE("crew: a worker that takes too much memory ends with out_of_memory") {
    check_contains(answer_to("allocate", {"--max-memory=100000000"}), "{error, 1, #{reason => out_of_memory");
}

TEST_CASE("crew: a forbidden call is reported by its name") {
    const std::string answer = answer_to("fork");
    check_contains(answer, "{error, 1, #{reason => sandbox_violation");
    check_contains(answer, "clone");
}

TEST_CASE("crew: a worker that hangs up without an answer is ended, and its request is a crash") {
    check_contains(answer_to("hang_up"), "{error, 1, #{reason => crashed");
}

TEST_CASE("crew: an answer that cannot be true is not believed") {
    check_contains(answer_to("nonsense"), "{error, 1, #{reason => crashed");
}
