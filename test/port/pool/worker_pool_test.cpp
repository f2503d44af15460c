// What becomes of a request whose worker goes wrong: each end has its own reason, and the next request is served.
#include "pool/worker_pool.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/syscall.h>

#include <csignal>

#include "support/pixels.h"
#include "support/priority.h"
#include "support/program.h"

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

// Ended, and perhaps a zombie that its new parent has not seen yet.
bool has_ended(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    return !std::getline(stat, text) || text[text.rfind(')') + 2] == 'Z';
}

bool gone_within_a_second(pid_t pid) {
    for (int tries = 0; tries < 100; ++tries) {
        if (has_ended(pid)) return true;
        ::usleep(10'000);
    }
    return false;
}

// Returns when the process has ended.
void end_by_signal(pid_t pid, int signal) {
    const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    REQUIRE(process);
    REQUIRE(::kill(pid, signal) == 0);
    pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&ended, 1, 10'000) == 1);
}

} // namespace

TEST_CASE("worker pool: a death by signal is a crash that names the signal") {
    check_contains(answer_to("segv"), "{error, 1, #{reason => crashed");
    check_contains(answer_to("segv"), "signal => segv");
    check_contains(answer_to("stack"), "signal => segv");
    check_contains(answer_to("abort"), "signal => abrt");
}

TEST_CASE("worker pool: an exit is a crash that names the status") {
    check_contains(answer_to("exit"), "reason => crashed");
    check_contains(answer_to("exit"), "exit_status => 3");
}

TEST_CASE("worker pool: what a worker wrote to stderr last is in the report of its crash") {
    check_contains(answer_to("complain"), "the last words");
}

TEST_CASE("worker pool: a worker that computes, sleeps or is stopped for too long ends with timeout") {
    for (const char* fault : {"spin", "sleep", "stop"})
        check_contains(answer_to(fault, {"--timeout=200"}), "{error, 1, #{reason => timeout");
}

TEST_CASE("worker pool: a fault in the middle of an image is told as one at its start, and the next image is made") {
    const std::string photo = file_of(vips::VImage::gaussnoise(600, 600).cast(VIPS_FORMAT_UCHAR), ".jpg");
    for (const char* point : {"read", "decode", "write"}) {
        CAPTURE(point);
        const auto at = [&](const char* fault) { return std::string(fault) + "@" + point + "\n" + photo; };
        check_contains(answer_to(at("segv")), "signal => segv");
        check_contains(answer_to(at("exit")), "exit_status => 3");
        check_contains(answer_to(at("stop"), {"--timeout=200"}), "{error, 1, #{reason => timeout");
    }
}

TEST_CASE("worker pool: an image with a mark that names no fault is made") {
    const std::string photo = file_of(quadrants(160, 120), ".jpg");
    check_contains(answer_to("none@write\n" + photo), "{ok, 1, ");
}

TEST_CASE("worker pool: a worker that takes too much memory ends with out_of_memory") {
    check_contains(answer_to("allocate", {"--max-memory=100000000"}), "{error, 1, #{reason => out_of_memory");
}

TEST_CASE("worker pool: a forbidden call is reported by its name") {
    const std::string answer = answer_to("fork");
    check_contains(answer, "{error, 1, #{reason => sandbox_violation");
    check_contains(answer, "clone");
}

TEST_CASE("worker pool: a worker that hangs up without an answer is ended, and its request is a crash") {
    check_contains(answer_to("hang_up"), "{error, 1, #{reason => crashed");
}

TEST_CASE("worker pool: an answer that cannot be true is not believed") {
    check_contains(answer_to("nonsense"), "{error, 1, #{reason => crashed");
}

namespace {

// The next event of this name, with what comes before it thrown away.
std::string next_event(Program& program, const std::string& name) {
    for (;;)
        if (std::string event = program.next(); contains(event, "{event, " + name)) return event;
}

} // namespace

TEST_CASE("worker pool: with --events the program says when a worker starts, is replaced and ends") {
    Program program({"--workers=1", "--max-images-per-worker=1", "--events"});
    check_contains(next_event(program, "worker_start"), "os_pid => ");
    program.send_image(1, file_of(quadrants(160, 120), ".jpg"));
    check_contains(next_event(program, "worker_recycle"), "made => 1, reason => max_images_per_worker");
    check_contains(next_event(program, "worker_exit"), "made => 1, exit_status => 0");
}

// What follows `key` in an event, up to the end of a number.
std::string number_after(const std::string& event, const std::string& key) {
    const std::string from = event.substr(event.find(key) + key.size());
    return from.substr(0, from.find_first_not_of("0123456789"));
}

TEST_CASE("worker pool: the worker that has been idle longest gets the next image, so that each gets its turn") {
    Program program({"--workers=3", "--max-images-per-worker=2", "--events"});
    const std::string image = file_of(quadrants(160, 120), ".jpg");
    std::vector<std::string> started;
    for (int workers = 0; workers < 3; ++workers)
        started.push_back(number_after(next_event(program, "worker_start"), "os_pid => "));
    for (const int id : {1, 2, 3}) {
        program.send_image(id, image);
        std::string frame = program.next();
        while (contains(frame, "{event, worker_start")) frame = program.next();
        check_contains(frame, "{ok, " + std::to_string(id) + ","); // and nobody is spent
    }
    std::vector<std::string> spent;
    for (const int id : {4, 5, 6}) {
        program.send_image(id, image);
        spent.push_back(number_after(next_event(program, "worker_recycle"), "os_pid => "));
    }
    CHECK(spent == started);
}

TEST_CASE("worker pool: with --events the end of a worker by a signal says which") {
    Program program({"--workers=1", "--events"}, THUMBNAILER_FAULTY);
    program.send_image(1, "fault:abort");
    check_contains(next_event(program, "worker_exit"), "signal => abrt");
}

TEST_CASE("worker pool: a worker that computes for long leaves more of the processors to others, and is replaced") {
    Program program({"--workers=1", "--events"}, THUMBNAILER_FAULTY);
    next_event(program, "worker_start");
    const pid_t worker = *program.workers().begin();
    const int usual = nice_values(worker).front();
    program.send_image(1, "fault:compute\n" + file_of(quadrants(160, 120), ".jpg"));
    int slowest = usual;
    for (int tries = 0; tries < 2000 && slowest == usual; ++tries) {
        slowest = nice_values(worker).front();
        ::usleep(1000);
    }
    CHECK(slowest == usual + 5);
    // It keeps its lower priority, so that it is no worker for others.
    check_contains(next_event(program, "worker_recycle"), "made => 1, reason => long_job");
    program.send_image(2, file_of(quadrants(160, 120), ".jpg"));
    while (!program.next().starts_with("{ok, 2,")) {
    }
}

// How async-backplane names it: who is alone hears nothing of another's end, who monitors hears how it was, who is
// linked goes, too. A worker without a task is alone, the request of a busy one monitors it, all are linked to the
// server.
TEST_CASE("worker pool: the end of a worker that nobody waits for concerns nobody") {
    for (const int signal : {SIGTERM, SIGABRT, SIGKILL}) {
        CAPTURE(signal);
        Program program({"--workers=1"});
        REQUIRE(program.workers().size() == 1);
        end_by_signal(*program.workers().begin(), signal);
        program.send_image(1, file_of(quadrants(160, 120), ".jpg"));
        check_contains(program.next(), "{ok, 1, ");
    }
}

TEST_CASE("worker pool: the request that waits for a worker hears of its end, whatever it was") {
    struct Row {
        const char* fault;
        const char* expected;
    };
    for (const Row& row :
         {Row{"exit", "exit_status => 3"}, Row{"abort", "signal => abrt"}, Row{"segv", "signal => segv"}})
        check_contains(answer_to(row.fault), row.expected);
    Program program({"--workers=1"}, THUMBNAILER_FAULTY);
    const pid_t worker = *program.workers().begin();
    program.send_image(1, "fault:sleep");
    program.send("{ping, 2}");
    CHECK(program.next() == "{ok, 2, #{}}"); // the server has read the request before it
    ::kill(worker, SIGKILL);
    check_contains(program.next(), "{error, 1, #{reason => crashed");
}

TEST_CASE("worker pool: a worker has a process group of its own, which is orphaned and ended with the server") {
    Program program({"--workers=2"});
    // A worker that has made an image has its group; each makes one.
    for (const int id : {1, 2}) program.send_image(id, file_of(quadrants(160, 120), ".jpg"));
    for (int answers = 0; answers < 2; ++answers) check_contains(program.next(), "{ok, ");
    for (const pid_t worker : program.workers()) CHECK(::getpgid(worker) == worker);
}

TEST_CASE("worker pool: the workers end with the server, whatever its end was") {
    enum class Ending { ok, error, killed };
    for (const Ending ending : {Ending::ok, Ending::error, Ending::killed}) {
        CAPTURE(static_cast<int>(ending));
        Program program({"--workers=2", "--max-request-bytes=1000"}, THUMBNAILER_FAULTY);
        const auto workers = program.workers();
        REQUIRE(workers.size() == 2);
        if (ending == Ending::error) program.send_image(1, std::string(2000, 'x'));
        if (ending == Ending::killed) program.signal(SIGKILL);
        CHECK((ending == Ending::ok ? program.end_of_input() : program.wait()) == (ending == Ending::ok      ? 0
                                                                                   : ending == Ending::error ? 65
                                                                                                             : -1));
        for (const pid_t worker : workers) CHECK(gone_within_a_second(worker));
    }
}
