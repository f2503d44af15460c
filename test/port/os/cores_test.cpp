#include "os/cores.h"

#include <doctest/doctest.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>

using namespace thumbnailer;
namespace fs = std::filesystem;

namespace {

// As many as a file with this text grants.
std::int64_t granted_by(const std::string& text) {
    const fs::path path = fs::temp_directory_path() / ("thumbnailer-cpu-max-" + std::to_string(::getpid()));
    std::ofstream(path) << text;
    const std::int64_t cores = cores_in_control_group(path.string());
    fs::remove(path);
    return cores;
}

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

} // namespace

TEST_CASE("cores: a control group grants its quota of the processors, and a part of one is one") {
    CHECK(granted_by("200000 100000\n") == 2);
    CHECK(granted_by("150000 100000\n") == 2);
    CHECK(granted_by("100001 100000\n") == 2);
    CHECK(granted_by("100000 100000\n") == 1);
    CHECK(granted_by("1000 100000\n") == 1);
    CHECK(granted_by("9223372036854775807 100000\n") == 92'233'720'368'548);
}

TEST_CASE("cores: a control group without a quota, or without a file that can be read, grants all") {
    CHECK(granted_by("max 100000\n") == kAll);
    CHECK(granted_by("") == kAll);
    CHECK(granted_by("-1 100000\n") == kAll);
    CHECK(granted_by("0 100000\n") == kAll);
    CHECK(granted_by("200000 0\n") == kAll);
    CHECK(granted_by("200000\n") == kAll);
    CHECK(cores_in_control_group("/nonexistent/cpu.max") == kAll);
}

TEST_CASE("cores: no more are used than the affinity has") {
    cpu_set_t set;
    REQUIRE(::sched_getaffinity(0, sizeof set, &set) == 0);
    CHECK(usable_cores() >= 1);
    CHECK(usable_cores() <= CPU_COUNT(&set));
}
