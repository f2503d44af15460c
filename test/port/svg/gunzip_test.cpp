#include "svg/gunzip.h"

#include <doctest/doctest.h>

#include <string>

using namespace thumbnailer;
using namespace std::string_view_literals;

namespace {

// gzip -n -9 of "hello hello hello hello\n": a block of fixed codes with a copy.
constexpr std::string_view kHello("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\xb9\x00"
                                  "\x00\x88\x59\x0b\x18\x00\x00\x00",
                                  29);

// A stored block of "abc" in a member with a name.
constexpr std::string_view kStored("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03n\0\x01\x03\x00\xfc\xff"
                                   "abc\xc2\x41\x24\x35\x03\x00\x00\x00",
                                   28);

} // namespace

TEST_CASE("gunzip: a stored block is what it is") {
    const Inflated unpacked = gunzip(bytes_of(kStored), 100);
    CHECK(unpacked.end == Inflated::End::whole);
    CHECK(text_of(unpacked.bytes) == "abc");
}

TEST_CASE("gunzip: nothing is written past the limit") {
    const Inflated unpacked = gunzip(bytes_of(kStored), 2);
    CHECK(unpacked.end == Inflated::End::at_limit);
    CHECK(text_of(unpacked.bytes) == "ab");
}

TEST_CASE("gunzip: copies repeat what was written") {
    const Inflated unpacked = gunzip(bytes_of(kHello), 1000);
    CHECK(unpacked.end == Inflated::End::whole);
    CHECK(text_of(unpacked.bytes) == "hello hello hello hello\n");
}

TEST_CASE("gunzip: a wrong checksum, and a file cut anywhere, are damaged") {
    std::string wrong(kStored);
    wrong[20] = static_cast<char>(wrong[20] ^ 1);
    CHECK(gunzip(bytes_of(wrong), 100).end == Inflated::End::damaged);
    for (std::size_t length = 0; length + 4 < kStored.size(); ++length)
        CHECK(gunzip(bytes_of(kStored.substr(0, length)), 100).end == Inflated::End::damaged);
}

TEST_CASE("gunzip: what is no gzip file is damaged") {
    CHECK_FALSE(is_gzip(bytes_of("<svg/>")));
    CHECK(gunzip(bytes_of("<svg/>"), 100).end == Inflated::End::damaged);
}
