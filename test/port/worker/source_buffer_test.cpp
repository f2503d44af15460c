#include "worker/source_buffer.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

using namespace thumbnailer;

namespace {

// A file without a name.
class File {
public:
    explicit File(const std::string& content) : file_(std::tmpfile()) {
        REQUIRE(file_ != nullptr);
        REQUIRE(::pwrite(fd(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()));
    }
    int fd() const { return ::fileno(file_.get()); }
    void cut(off_t size) const { REQUIRE(::ftruncate(fd(), size) == 0); }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file_;
};

} // namespace

TEST_CASE("source buffer: sources have their bytes, one after the other in the same memory") {
    SourceBuffer buffer;
    CHECK(buffer.empty());
    const File first("the first source");
    const auto taken = buffer.take(first.fd(), 16);
    REQUIRE(taken);
    CHECK(text_of(*taken) == "the first source");
    const std::byte* before = taken->data();
    const auto second = buffer.take(File("the second").fd(), 10);
    REQUIRE(second);
    CHECK(text_of(*second) == "the second");
    CHECK(second->data() == before);
}

TEST_CASE("source buffer: a file that was cut after it was opened is bad_image") {
    SourceBuffer buffer;
    const File file("eight or more");
    file.cut(8);
    const auto taken = buffer.take(file.fd(), 13);
    REQUIRE(!taken);
    CHECK(taken.error().reason == Reason::bad_image);
    CHECK(taken.error().message == "the file was cut while it was read: 8 of 13 bytes are left");
}

TEST_CASE("source buffer: a large source takes no memory of the buffer") {
    SourceBuffer buffer;
    const std::size_t size = SourceBuffer::kMostRead + 1;
    const auto taken = buffer.take(File(std::string(size, 'x')).fd(), size);
    REQUIRE(taken);
    CHECK(taken->size() == size);
    CHECK(taken->back() == std::byte{'x'});
    CHECK(buffer.empty());
    buffer.drop_large();
}

TEST_CASE("source buffer: memory that was given back is taken again") {
    SourceBuffer buffer;
    REQUIRE(buffer.take(File("one").fd(), 3));
    buffer.release();
    CHECK(buffer.empty());
    const auto taken = buffer.take(File("two").fd(), 3);
    REQUIRE(taken);
    CHECK(text_of(*taken) == "two");
}
