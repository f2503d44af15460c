#include "os/channel.h"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <vector>

#include "job/job.h"

using namespace thumbnailer;

TEST_CASE("channel: one that is full takes no message of who does not wait, and says so at once") {
    const auto [ours, theirs] = open_channel();
    REQUIRE(ours);
    const std::vector<std::byte> message(sizeof(Job));
    int sent = 0;
    while (sent < 1000 && send_message(ours.get(), message, {}, Wait::no)) ++sent;
    CHECK(errno == EAGAIN);
    CHECK(sent > 0);
    CHECK(sent < 1000);
    std::vector<std::byte> received(sizeof(Job));
    REQUIRE(receive_bytes(theirs.get(), received) == message.size());
    CHECK(send_message(ours.get(), message, {}, Wait::no));
}

TEST_CASE("channel: nobody waits for a message that is not there") {
    const auto [ours, theirs] = open_channel();
    std::array<std::byte, 8> into{};
    CHECK(receive_bytes(theirs.get(), into) == 0);
    CHECK(errno == EAGAIN);
}

TEST_CASE("channel: a message with a descriptor that nobody asked for is none") {
    const auto [ours, theirs] = open_channel();
    const std::array<std::byte, 8> message{};
    const std::array<int, 1> descriptors{ours.get()};
    REQUIRE(send_message(ours.get(), message, descriptors, Wait::no));
    std::array<std::byte, 8> into{};
    CHECK(receive_bytes(theirs.get(), into) == 0);
}
