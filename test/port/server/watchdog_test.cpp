#include "server/watchdog.h"

#include <csignal>

#include <doctest/doctest.h>

#include "support/pixels.h"
#include "support/program.h"

using namespace thumbnailer::test;

TEST_CASE("watchdog: a server that is stopped is ended by the kernel") {
    Program program({"--workers=1", "--die-with-parent"});
    program.signal(SIGSTOP);
    CHECK(program.wait() == -1);
}

TEST_CASE("watchdog: a server that waits, or is continued in time, lives") {
    Program program({"--workers=1", "--die-with-parent"});
    ::usleep(3'000'000);
    program.signal(SIGSTOP);
    ::usleep(1'000'000);
    program.signal(SIGCONT);
    ::usleep(3'000'000); // 7 seconds: longer than it would live without a heartbeat
    program.send("{ping, 1}");
    CHECK(program.next() == "{ok, 1, #{}}");
}
