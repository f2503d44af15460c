#include "base/byte_reader.h"

#include <doctest/doctest.h>

using namespace thumbnailer;

TEST_CASE("byte reader: numbers of either byte order") {
    ByteReader reader(bytes_of("\x01\x02\x03\x04"));
    CHECK(reader.unsigned_of(2) == 0x0102);
    CHECK(reader.little_of(2) == 0x0403);
    CHECK(reader.left() == 0);
}

TEST_CASE("byte reader: once a read has failed, all that follow fail") {
    ByteReader reader(bytes_of("abc"));
    CHECK(!reader.unsigned_of(4));
    CHECK(!reader.unsigned_of(1));
    CHECK(!reader.little_of(1));
    CHECK(!reader.take(0));
    CHECK(reader.position() == 0);
}
