#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "support/pixels.h"
#include "support/program.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

const std::string& jpeg() {
    static const std::string file = file_of(quadrants(160, 120), ".jpg");
    return file;
}

// Noise that takes long to decode: a progressive JPEG of many pixels.
const std::string& slow_image() {
    static const std::string file =
        file_of(vips::VImage::gaussnoise(6000, 6000).cast(VIPS_FORMAT_UCHAR), ".jpg[interlace]");
    return file;
}

} // namespace

TEST_CASE("server: a ping is answered") {
    Program program;
    program.send("{ping, 7}");
    CHECK(program.next() == "{ok, 7, #{}}");
}

TEST_CASE("server: an image that came as bytes is made, small frames and large") {
    Program program;
    program.send_image(1, jpeg());
    check_contains(program.next(), "width => 40, height => 30");
    program.send_image(2, file_of(quadrants(800, 600), ".png[compression=0]"));
    check_contains(program.next(), "width => 40, height => 30");
}

TEST_CASE("server: a faulty request is answered and the next one is served") {
    Program program;
    program.send("[nonsense]. {shout, 3}. {make, 4, #{}, {path, <<\"a\">>}}. {ping, 5}.");
    check_contains(program.next(), "{error, nil, #{reason => bad_request");
    check_contains(program.next(), "{error, 3, #{reason => bad_request");
    check_contains(program.next(), "{error, 4, #{reason => bad_option");
    CHECK(program.next() == "{ok, 5, #{}}");
}

TEST_CASE("server: a long message arrives as it was written") {
    Program program;
    program.send("{probe, 1, #{}, {path, <<\"" + std::string(6000, 'x') + "\">>}}");
    const std::string answer = program.next_exact();
    check_contains(answer, "message => <<\"\\\"xxxxxxxx");
    check_contains(answer, "File name too long");
}

TEST_CASE("server: the end of input finishes what was asked and exits 0") {
    Program program;
    for (Id id = 1; id <= 5; ++id) program.send_image(id, jpeg());
    program.send("{ping, 6}");
    std::set<std::string> heads;
    for (int count = 0; count < 6; ++count) heads.insert(program.next().substr(0, 6));
    CHECK(heads == std::set<std::string>{"{ok, 1", "{ok, 2", "{ok, 3", "{ok, 4", "{ok, 5", "{ok, 6"});
    CHECK(program.end_of_input() == 0);
}

TEST_CASE("server: when nobody reads the answers it ends, however long the work would take") {
    Program program;
    program.send_image(1, slow_image());
    program.stop_reading();
    CHECK(program.wait() == 0);
}

TEST_CASE("server: a request past its deadline is answered timeout, and the worker replaced") {
    Program program;
    program.send("{ping, 0}");
    program.next();
    const auto before = program.workers();
    const std::string image = slow_image();
    Map output;
    output.put("width", integer(2000));
    Map spec;
    spec.put("timeout", integer(20));
    spec.put("outputs", List{{Term(std::move(output))}});
    program.send(tuple(atom("make"), integer(1), std::move(spec), tuple(atom("bytes"), binary(image))));
    check_contains(program.next(), "{error, 1, #{reason => timeout");
    program.send_image(2, jpeg());
    check_contains(program.next(), "{ok, 2,");
    CHECK(program.workers() != before);
}

TEST_CASE("server: a worker that is killed costs its own request and names the signal") {
    Program program({"--workers=1"});
    program.send_image(1, slow_image(), 3000);
    program.send_image(2, jpeg());
    program.send("{stats, 3}");
    check_contains(program.next(), "busy => 1");
    for (const pid_t worker : program.workers()) ::kill(worker, SIGSEGV);
    const std::string crash = program.next();
    check_contains(crash, "{error, 1, #{reason => crashed");
    check_contains(crash, "signal => segv");
    check_contains(program.next(), "{ok, 2,");
}

TEST_CASE("server: a worker that is stopped costs its own request a timeout") {
    Program program({"--workers=1", "--timeout=300"});
    program.send("{ping, 0}");
    program.next();
    for (const pid_t worker : program.workers()) ::kill(worker, SIGSTOP);
    program.send_image(1, jpeg());
    check_contains(program.next(), "{error, 1, #{reason => timeout");
    program.send_image(2, jpeg());
    check_contains(program.next(), "{ok, 2,");
}

TEST_CASE("server: a cancelled request is answered cancelled, queued or running") {
    Program program({"--workers=1"});
    program.send_image(1, slow_image(), 3000);
    program.send_image(2, jpeg());
    program.send("{cancel, 2}. {cancel, 1}. {cancel, 99}. {ping, 3}.");
    check_contains(program.next(), "{error, 2, #{reason => cancelled");
    check_contains(program.next(), "{error, 1, #{reason => cancelled");
    CHECK(program.next() == "{ok, 3, #{}}");
}

TEST_CASE("server: an id in use is refused") {
    Program program({"--workers=1"});
    program.send_image(1, slow_image(), 3000);
    program.send_image(1, jpeg());
    check_contains(program.next(), "{error, 1, #{reason => duplicate_id");
}

TEST_CASE("server: with one image per worker each image has a worker of its own") {
    Program program({"--workers=1", "--max-images-per-worker=1"});
    std::set<pid_t> seen;
    for (Id id = 1; id <= 5; ++id) {
        program.send_image(id, jpeg());
        check_contains(program.next(), "{ok,");
    }
    program.send("{stats, 9}");
    // Five that made an image and the one that waits for the sixth.
    check_contains(program.next(), "forked => 6");
}

TEST_CASE("server: an output whose file cannot be costs itself alone, unless it is the only one") {
    Program program;
    const auto request = [](const char* outputs) {
        return "{make, 1, #{outputs => " + std::string(outputs) +
               "}, {bytes, {file, \"" THUMBNAILER_ROOT "/samples/images/quadrants.jpg\"}}}";
    };
    program.send(request("[#{width => 8, to => <<\"/nonexistent/a.jpg\">>}, #{width => 4}]"));
    const std::string both = program.next();
    check_contains(both, "outputs => [{error, #{reason => write_failed");
    check_contains(both, "{ok, #{format => jpeg, width => 4");
    program.send(request("[#{width => 8, to => <<\"/nonexistent/a.jpg\">>}]"));
    check_contains(program.next(), "{error, 1, #{reason => write_failed");
}

TEST_CASE("server: an output that goes to a file is there when the answer says so, and nothing else is") {
    const auto folder = std::filesystem::temp_directory_path() / ("server-test-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    Program program;
    const std::string to = folder / "out.png";
    std::ofstream(folder / "in.jpg") << jpeg();
    program.send("{make, 1, #{outputs => [#{width => 40, to => <<\"" + to + "\">>}]}, {path, <<\"" +
                 (folder / "in.jpg").string() + "\">>}}");
    check_contains(program.next(), "path => <<\"" + to);
    std::ifstream made(to);
    check_quadrants(decoded({std::istreambuf_iterator<char>(made), {}}), 40);
    CHECK(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()) == 2);
    std::filesystem::remove_all(folder);
}
