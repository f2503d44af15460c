#include "wire/msgpack.h"

#include <doctest/doctest.h>

#include "base/term_limits.h"
#include "support/tsv.h"
#include "text/print.h"

using namespace thumbnailer;
using test::from_hex;
using test::to_hex;

namespace {

std::string hex_of(const Term& term) {
    Payload payload;
    msgpack::encode(term, payload);
    return to_hex(payload.flat());
}

} // namespace

TEST_CASE("msgpack: tuples and lists are both arrays") {
    CHECK(hex_of(tuple(atom("ok"), integer(7))) == "92a26f6b07");
    CHECK(hex_of(List{{atom("ok"), integer(7)}}) == "92a26f6b07");
}

TEST_CASE("msgpack: nil, true and false are themselves and not str") {
    CHECK(hex_of(List{{atom("nil"), atom("true"), atom("false"), atom("null")}}) == "94c0c3c2a46e756c6c");
}

TEST_CASE("msgpack: a float without a fraction stays a float") {
    CHECK(hex_of(2.0) == "cb4000000000000000");
    CHECK(hex_of(-0.0) == "cb8000000000000000");
    CHECK(hex_of(18446744073709551616.0) == "cb43f0000000000000");
}

TEST_CASE("msgpack: bin is a binary and str is an atom, whose bytes are borrowed from the payload") {
    const std::string payload = from_hex("92 c403ff0041 a3616263");
    const auto term = msgpack::decode(bytes_of(payload));
    REQUIRE(term.has_value());
    const auto& items = term->as<List>()->items;
    REQUIRE(items.size() == 2);
    CHECK(text_of(items[0].as<Binary>()->bytes) == std::string_view("\xff\0A", 3));
    CHECK(text_of(items[0].as<Binary>()->bytes).data() == payload.data() + 3);
    CHECK(items[1].as<Atom>()->name == "abc");
    CHECK(items[1].as<Atom>()->name.data() == payload.data() + 7);
}

TEST_CASE("msgpack: a large binary that somebody keeps is referenced, a small one is copied") {
    const std::string small(Payload::kReferenceFrom - 1, 'x');
    const std::string large(Payload::kReferenceFrom, 'x');
    Payload payload;
    payload.keep(nullptr, bytes_of(large));
    msgpack::encode(List{{binary(small), binary(large)}}, payload);
    REQUIRE(payload.pieces() == 2);
    CHECK(text_of(payload.piece(0)).size() == 1 + 3 + small.size() + 3);
    CHECK(text_of(payload.piece(1)).data() == large.data());
    CHECK(payload.flat() == from_hex("92 c50fff 78*4095 c51000 78*4096"));
}

TEST_CASE("msgpack: as many values as a frame may have are read") {
    const std::string most = from_hex("dc0fff c0*4095");
    const auto term = msgpack::decode(bytes_of(most));
    REQUIRE(term.has_value());
    CHECK(term->as<List>()->items.size() == 4095);
}

TEST_CASE("msgpack: a count larger than the bytes left is refused before anything is reserved for it") {
    // 16 levels that each promise 4 G elements: reserving for one of them would take 160 GB.
    const std::string payload = from_hex("ddffffffff*16");
    const auto term = msgpack::decode(bytes_of(payload));
    REQUIRE_FALSE(term.has_value());
    CHECK(term.error().message ==
          "MessagePack: a count of 4294967295 elements is more than the bytes left (at byte 0)");
}

TEST_CASE("msgpack: the first refusal is the one that is told") {
    const std::string payload = from_hex("93 c1 d40500 c1");
    const auto term = msgpack::decode(bytes_of(payload));
    REQUIRE_FALSE(term.has_value());
    CHECK(term.error().message == "MessagePack: no value begins with 0xc1 (at byte 1)");
}

TEST_CASE("msgpack: the same name as str and as bin are two keys") {
    const std::string payload = from_hex("82 a161 01 c40161 02");
    const auto term = msgpack::decode(bytes_of(payload));
    REQUIRE(term.has_value());
    CHECK(text::print(*term) == "#{a => 1, <<\"a\">> => 2}");
}

TEST_CASE("msgpack: a frame full of long keys that differ in their last bytes is read, and a repeated one is found") {
    const auto map_of = [](int keys, int last) {
        std::string payload = from_hex("de");
        payload += static_cast<char>((keys + 1) >> 8);
        payload += static_cast<char>((keys + 1) & 255);
        for (int key = 0; key <= keys; ++key) {
            const int number = key == keys ? last : key;
            payload += from_hex("c52000 61*8190");
            payload += static_cast<char>(number >> 8);
            payload += static_cast<char>(number & 255);
            payload += '\0';
        }
        return payload;
    };
    const std::string distinct = map_of(2000, 2000);
    CHECK(msgpack::decode(bytes_of(distinct)).has_value());
    const std::string repeated = map_of(2000, 7);
    const auto refused = msgpack::decode(bytes_of(repeated));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message == "MessagePack: a key stands twice in the map (at byte 0)");
}
