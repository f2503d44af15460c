#include "wire/frame.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

using namespace thumbnailer;

namespace {

struct Pipe {
    Descriptor reading;
    Descriptor writing;

    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
        reading = Descriptor(ends[0]);
        writing = Descriptor(ends[1]);
        ::fcntl(writing.get(), F_SETPIPE_SZ, 1 << 20);
    }

    void write(std::string_view bytes) const {
        REQUIRE(::write(writing.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
};

std::string framed(const std::string& payload) {
    std::string frame;
    for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(payload.size() >> shift));
    return frame + payload;
}

// The payloads of all frames that are whole by now.
std::vector<std::string> read_all(FrameReader& reader) {
    std::vector<std::string> payloads;
    while (true) {
        auto frame = reader.take();
        REQUIRE(frame);
        if (*frame) {
            payloads.emplace_back(text_of((*frame)->payload));
            continue;
        }
        auto input = reader.fill();
        REQUIRE(input);
        if (*input != Input::some) return payloads;
    }
}

} // namespace

TEST_CASE("frame: a frame that arrives one byte at a time is read whole") {
    Pipe pipe;
    FrameReader reader(pipe.reading.get(), 100);
    const std::string bytes = framed("hello");
    for (std::size_t index = 0; index + 1 < bytes.size(); ++index) {
        pipe.write(bytes.substr(index, 1));
        CHECK(read_all(reader).empty());
    }
    pipe.write(bytes.substr(bytes.size() - 1));
    CHECK(read_all(reader) == std::vector<std::string>{"hello"});
    CHECK(reader.between_frames());
}

TEST_CASE("frame: three frames in one write are three frames") {
    Pipe pipe;
    FrameReader reader(pipe.reading.get(), 100);
    pipe.write(framed("one") + framed("") + framed("three"));
    CHECK(read_all(reader) == std::vector<std::string>{"one", "", "three"});
}

TEST_CASE("frame: a payload larger than the inbox arrives in shared memory with what follows it intact") {
    Pipe pipe;
    FrameReader reader(pipe.reading.get(), 1 << 20);
    std::string large(200'000, 'x');
    large.back() = 'y';
    pipe.write(framed("before") + framed(large) + framed("after"));
    CHECK(read_all(reader) == std::vector<std::string>{"before", large, "after"});
}

TEST_CASE("frame: a large payload is read from a file as from a pipe") {
    const std::string large(200'000, 'x');
    auto file = SourceMemory::create();
    REQUIRE(file);
    REQUIRE(file->append(bytes_of(framed(large) + framed("after"))));
    const Descriptor sealed = *std::move(*file).seal();
    FrameReader reader(sealed.get(), 1 << 20);
    CHECK(read_all(reader) == std::vector<std::string>{large, "after"});
    CHECK(reader.between_frames());
}

TEST_CASE("frame: a large payload is read from a socket as from a pipe") {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    const Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    FrameReader reader(reading.get(), 1 << 20);
    const std::string large(200'000, 'x');
    const std::string bytes = framed(large) + framed("after");
    std::vector<std::string> payloads;
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t count = ::write(writing.get(), bytes.data() + sent, bytes.size() - sent);
        REQUIRE(count > 0);
        sent += static_cast<std::size_t>(count);
        for (std::string& payload : read_all(reader)) payloads.push_back(std::move(payload));
    }
    CHECK(payloads == std::vector<std::string>{large, "after"});
}

TEST_CASE("frame: an end inside a large frame is not between frames") {
    Pipe pipe;
    FrameReader reader(pipe.reading.get(), 1 << 20);
    pipe.write(framed(std::string(200'000, 'x')).substr(0, 150'000));
    pipe.writing = Descriptor();
    CHECK(read_all(reader).empty());
    CHECK(*reader.fill() == Input::end);
    CHECK_FALSE(reader.between_frames());
}

TEST_CASE("frame: shared memory of a large payload is sealed against the worker") {
    Pipe pipe;
    FrameReader reader(pipe.reading.get(), 1 << 20);
    pipe.write(framed(std::string(100'000, 'x')));
    while (*reader.fill() == Input::some)
        if (auto frame = reader.take(); frame && *frame) {
            const int fd = (*frame)->shared->descriptor.get();
            CHECK(::ftruncate(fd, 10) != 0);
            CHECK(::pwrite(fd, "z", 1, 0) < 0);
            CHECK(::mmap(nullptr, 100'000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
            CHECK(Mapping::of(fd, 100'000).size() == 100'000);
            return;
        }
    FAIL("the frame did not arrive");
}

TEST_CASE("frame: a length of the cap is read, one more loses the stream before anything is allocated") {
    Pipe pipe;
    FrameReader reader(pipe.reading.get(), 10);
    pipe.write(framed("0123456789"));
    CHECK(read_all(reader).size() == 1);
    pipe.write(framed("0123456789a"));
    REQUIRE(reader.fill());
    const auto frame = reader.take();
    REQUIRE(!frame);
    CHECK(frame.error().limit == 10);
}

TEST_CASE("frame: a length of 0xFFFFFFFF loses the stream") {
    Pipe pipe;
    FrameReader reader(pipe.reading.get(), 64 << 20);
    pipe.write("\xff\xff\xff\xff");
    REQUIRE(reader.fill());
    CHECK(!reader.take());
}

TEST_CASE("frame: an end anywhere inside a frame is not between frames") {
    const std::string bytes = framed("payload");
    for (std::size_t length = 1; length < bytes.size(); ++length) {
        Pipe pipe;
        FrameReader reader(pipe.reading.get(), 100);
        pipe.write(bytes.substr(0, length));
        CHECK(read_all(reader).empty());
        CHECK(!reader.between_frames());
    }
}

TEST_CASE("frame: the end of input between frames is an end") {
    Pipe pipe;
    FrameReader reader(pipe.reading.get(), 100);
    pipe.write(framed("one"));
    pipe.writing.reset();
    CHECK(read_all(reader).size() == 1);
    CHECK(*reader.fill() == Input::end);
    CHECK(reader.between_frames());
}

TEST_CASE("frame: what is written is what is read, however small the pipe") {
    Pipe pipe;
    ::fcntl(pipe.writing.get(), F_SETPIPE_SZ, 4096);
    FrameWriter writer(pipe.writing.get());
    FrameReader reader(pipe.reading.get(), 1 << 20);
    const std::string image(100'001, 'i');
    std::vector<std::string> wanted;
    for (const std::string_view head : {"a", "bc"}) {
        Payload payload;
        payload.append(bytes_of(head));
        payload.keep(nullptr, bytes_of(image));
        payload.append_binary(bytes_of(image));
        payload.append(bytes_of("tail"));
        writer.push(std::move(payload));
        wanted.push_back(std::string(head) + image + "tail");
    }
    std::vector<std::string> read;
    while (read.size() < wanted.size()) {
        CHECK(writer.flush());
        for (std::string& payload : read_all(reader)) read.push_back(std::move(payload));
    }
    CHECK(read == wanted);
    CHECK(writer.empty());
    CHECK(writer.pending_bytes() == 0);
}

TEST_CASE("frame: a writer whose reader is gone says so") {
    Pipe pipe;
    pipe.reading.reset();
    FrameWriter writer(pipe.writing.get());
    Payload payload;
    payload.append(bytes_of("lost"));
    writer.push(std::move(payload));
    CHECK(!writer.flush());
}
