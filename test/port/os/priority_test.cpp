#include "os/priority.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "support/priority.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

TEST_CASE("lower_priority: every thread of the process leaves more of the processors to others") {
    const pid_t child = ::fork();
    if (child == 0) {
        const std::thread other([] {
            for (;;) ::pause();
        });
        for (;;) ::pause();
    }
    while (nice_values(child).size() < 2) ::usleep(1000);
    const int own = ::getpriority(PRIO_PROCESS, 0);
    CHECK(nice_values(child) == std::vector{own, own});

    CHECK(lower_priority(child, 5));
    CHECK(nice_values(child) == std::vector{own + 5, own + 5});
    CHECK(::getpriority(PRIO_PROCESS, 0) == own);

    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_CASE("lower_priority: it says that there is no such process") {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    CHECK_FALSE(lower_priority(child, 5));
}
