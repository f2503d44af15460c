#include "os/environment.h"

#include <doctest/doctest.h>

#include "support/attempts.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

TEST_CASE("erase_environment: the strings are overwritten where the kernel put them") {
    const pid_t child = ::fork();
    if (child == 0) {
        const char* first = environ[0];
        erase_environment();
        ::_exit(environ == nullptr && first[0] == '\0' ? kDone : kDenied);
    }
    CHECK(status_of(child) == kDone);
}
