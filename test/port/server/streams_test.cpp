#include "server/streams.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <string>

using namespace thumbnailer;

namespace {

std::unique_ptr<Task> task(Id id, Clock::time_point deadline = Clock::time_point::max()) {
    auto task = std::make_unique<Task>();
    task->id = id;
    task->deadline = deadline;
    return task;
}

void open(Streams& streams, Id id) { REQUIRE(streams.open(task(id))); }

void add(Streams& streams, Id id, std::string_view bytes) {
    const auto added = streams.add(id, bytes_of(bytes));
    REQUIRE(added);
    CHECK(*added == nullptr);
}

std::string contents(const Task& whole) {
    std::string bytes(whole.job.source_size, '\0');
    REQUIRE(::pread(whole.source.get(), bytes.data(), bytes.size() + 1, 0) == static_cast<ssize_t>(bytes.size()));
    return bytes;
}

} // namespace

TEST_CASE("streams: chunks become the source of the task that waited for them") {
    Streams streams(2, 100);
    open(streams, 1);
    open(streams, 2);
    add(streams, 1, "one ");
    add(streams, 2, "two");
    add(streams, 1, "");
    add(streams, 1, "and more");
    auto whole = streams.add(1, std::nullopt);
    REQUIRE(whole);
    CHECK((*whole)->id == 1);
    CHECK(contents(**whole) == "one and more");
    CHECK(!streams.contains(1));
    CHECK(streams.ids() == std::vector<Id>{2});
}

TEST_CASE("streams: a whole source can be neither written nor cut nor grown") {
    Streams streams(1, 100);
    open(streams, 1);
    add(streams, 1, "bytes");
    auto whole = streams.add(1, std::nullopt);
    REQUIRE(whole);
    const int source = (*whole)->source.get();
    CHECK(::pwrite(source, "x", 1, 0) == -1);
    CHECK(::ftruncate(source, 1) == -1);
    CHECK(::ftruncate(source, 100) == -1);
    CHECK(::mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, source, 0) == MAP_FAILED);
}

TEST_CASE("streams: a source may be as long as the limit and no longer") {
    Streams streams(1, 5);
    open(streams, 1);
    add(streams, 1, "12345");
    const auto over = streams.add(1, bytes_of("6"));
    REQUIRE(!over);
    CHECK(over.error().reason == Reason::too_large);
    CHECK(over.error().limit == 5);
    CHECK(!streams.contains(1));
}

TEST_CASE("streams: after a failure further chunks are dropped, up to and with the eof") {
    Streams streams(1, 5);
    open(streams, 1);
    REQUIRE(!streams.add(1, bytes_of("123456")));
    CHECK(streams.is_discarded(1, false));
    CHECK(streams.is_discarded(1, false));
    CHECK(streams.is_discarded(1, true));
    CHECK(!streams.is_discarded(1, false));
    CHECK(!streams.is_discarded(2, false));
}

TEST_CASE("streams: an id that is used again is a stream like any other") {
    Streams streams(1, 100);
    streams.discard_rest(1);
    open(streams, 1);
    add(streams, 1, "again");
    auto whole = streams.add(1, std::nullopt);
    REQUIRE(whole);
    CHECK(contents(**whole) == "again");
    CHECK(!streams.is_discarded(1, false));
}

TEST_CASE("streams: one without a byte is an empty source") {
    Streams streams(1, 100);
    open(streams, 1);
    const auto whole = streams.add(1, std::nullopt);
    REQUIRE(!whole);
    CHECK(whole.error().reason == Reason::empty_source);
    CHECK(!streams.contains(1));
}

TEST_CASE("streams: no more are open at a time than may be") {
    Streams streams(2, 100);
    open(streams, 1);
    open(streams, 2);
    const auto third = streams.open(task(3));
    REQUIRE(!third);
    CHECK(third.error().reason == Reason::bad_request);
    CHECK(third.error().limit == 2);
    CHECK(streams.release(1)->id == 1);
    open(streams, 3);
}

TEST_CASE("streams: the one that is due first is known, and those that are late") {
    using std::chrono::seconds;
    const auto now = Clock::now();
    Streams streams(9, 100);
    CHECK(streams.next_deadline() == Clock::time_point::max());
    REQUIRE(streams.open(task(1, now + seconds(9))));
    REQUIRE(streams.open(task(2, now + seconds(3))));
    CHECK(streams.next_deadline() == now + seconds(3));
    CHECK(streams.expired(now + seconds(2)).empty());
    CHECK(streams.expired(now + seconds(3)) == std::vector<Id>{2});
}
