#include "thumbnail/jpeg/bit_stream.h"

#include <doctest/doctest.h>

using namespace thumbnailer;

namespace {

std::vector<std::byte> counting(std::size_t size) {
    std::vector<std::byte> made(size);
    for (std::size_t index = 0; index < size; ++index) made[index] = static_cast<std::byte>(index * 7);
    return made;
}

} // namespace

TEST_CASE("bit stream: what was written is read, whatever the lengths") {
    std::vector<std::byte> data;
    BitWriter writer(data);
    for (std::uint32_t index = 0; index < 2000; ++index)
        writer.put(index * 2654435761U >> (32 - index % 16 - 1), static_cast<int>(index % 16 + 1));
    writer.finish();
    BitReader reader(data);
    for (std::uint32_t index = 0; index < 2000; ++index)
        REQUIRE(reader.take(static_cast<int>(index % 16 + 1)) == index * 2654435761U >> (32 - index % 16 - 1));
    CHECK_FALSE(reader.overrun());
}

TEST_CASE("bit stream: a byte of ones is followed by one that does not count, wherever in a word it stands") {
    for (std::size_t place = 0; place < 24; ++place) {
        CAPTURE(place);
        std::vector<std::byte> data = counting(24);
        data.insert(data.begin() + static_cast<std::ptrdiff_t>(place), {std::byte{0xff}, std::byte{0}});
        BitReader reader(data);
        for (std::size_t index = 0; index < 25; ++index) {
            const std::size_t without = index < place ? index : index - 1;
            CHECK(reader.take(8) == (index == place ? 0xff : without * 7 & 0xff));
        }
        CHECK_FALSE(reader.overrun());
    }
}

TEST_CASE("bit stream: behind the end there are zeros, which are too many") {
    const std::vector<std::byte> data = counting(3);
    BitReader reader(data);
    CHECK(reader.take(24) == 0x00070e);
    CHECK_FALSE(reader.overrun());
    CHECK(reader.take(32) == 0);
    CHECK(reader.overrun());
}

TEST_CASE("bit stream: a marker is an end, and reading goes on behind the restart marker whose turn it is") {
    const std::vector<std::byte> data{std::byte{0xa5}, std::byte{0xff}, std::byte{0xd3}, std::byte{0x3c}};
    BitReader reader(data);
    CHECK(reader.take(5) == 0x14);
    CHECK(reader.restart(11));
    CHECK(reader.take(8) == 0x3c);
    CHECK_FALSE(reader.overrun());
}

TEST_CASE("bit stream: there is no restart before the marker, behind it, or at another one") {
    const auto restarts = [](int byte, int marker, int bits, unsigned number) {
        const std::vector<std::byte> data{std::byte{0xa5}, std::byte{0xa5}, static_cast<std::byte>(byte),
                                          static_cast<std::byte>(marker)};
        BitReader reader(data);
        reader.take(bits);
        return reader.restart(number);
    };
    CHECK(restarts(0xff, 0xd0, 16, 0));
    CHECK(restarts(0xff, 0xd7, 9, 7));
    CHECK_FALSE(restarts(0xff, 0xd0, 8, 0));
    CHECK_FALSE(restarts(0xff, 0xd0, 17, 0));
    CHECK_FALSE(restarts(0xff, 0xd1, 16, 0));
    CHECK_FALSE(restarts(0xff, 0xd9, 16, 1));
    CHECK_FALSE(restarts(0xfe, 0xd0, 16, 0));
}
