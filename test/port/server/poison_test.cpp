#include "server/poison.h"

#include <doctest/doctest.h>
#include <sys/mman.h>

#include "os/descriptor.h"
#include "support/pixels.h"
#include "support/program.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using namespace std::chrono_literals;

namespace {

struct Image {
    Descriptor file;
    std::string bytes;

    explicit Image(std::string content) : file(::memfd_create("image", MFD_CLOEXEC)), bytes(std::move(content)) {
        REQUIRE(::pwrite(file.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    }
};

constexpr auto kStart = Poison::Clock::time_point{} + 1h;

bool refuses(Poison& poison, const Image& image, Poison::Clock::time_point now = kStart) {
    return poison.refuses(image.file.get(), 0, image.bytes.size(), now);
}
void record(Poison& poison, const Image& image, Poison::Clock::time_point now = kStart) {
    poison.record(image.file.get(), 0, image.bytes.size(), now);
}

} // namespace

TEST_CASE("poison: an image is refused once it has killed as many workers as it may") {
    Poison poison(2, 1min);
    const Image killer("killer");
    record(poison, killer);
    CHECK(!refuses(poison, killer));
    record(poison, killer);
    CHECK(refuses(poison, killer));
}

TEST_CASE("poison: another image is not refused, not even one of the same size") {
    Poison poison(1, 1min);
    record(poison, Image("killer"));
    CHECK(!refuses(poison, Image("innocent")));
    CHECK(!refuses(poison, Image("lamb..")));
    CHECK(refuses(poison, Image("killer")));
}

TEST_CASE("poison: an image is known by its bytes, wherever they lie") {
    Poison poison(1, 1min);
    record(poison, Image("killer"));
    const Image frame("headerkiller");
    CHECK(poison.refuses(frame.file.get(), 6, 6, kStart));
}

TEST_CASE("poison: a large image is told from another that differs in one byte, wherever it is") {
    constexpr std::size_t kSize = 5 << 20;
    Poison poison(1, 1min);
    record(poison, Image(std::string(kSize, 'x')));
    for (const std::size_t at : {std::size_t{0}, kSize / 2, kSize - 1}) {
        std::string content(kSize, 'x');
        content[at] = 'y';
        CHECK(!refuses(poison, Image(content)));
    }
}

TEST_CASE("poison: what was remembered is forgotten after its time") {
    Poison poison(1, 1min);
    const Image killer("killer");
    record(poison, killer);
    CHECK(refuses(poison, killer, kStart + 59s));
    CHECK(!refuses(poison, killer, kStart + 60s));
}

TEST_CASE("poison: with 0 nothing is ever refused") {
    Poison poison(0, 1min);
    const Image killer("killer");
    record(poison, killer);
    CHECK(!refuses(poison, killer));
}

TEST_CASE("poison: the program refuses the third try of an image that killed two workers, and no other") {
    Program program({"--workers=1"}, THUMBNAILER_FAULTY);
    for (const char* reason : {"crashed", "crashed", "poison"}) {
        program.send_image(1, "fault:segv");
        check_contains(program.next(), std::string("{error, 1, #{reason => ") + reason);
    }
    program.send_image(2, file_of(quadrants(160, 120), ".jpg"));
    check_contains(program.next(), "{ok, 2,");
}
