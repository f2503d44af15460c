// Both codecs and the text against test/contract/vectors.tsv and bad_vectors.tsv, which any client may be
// tested with as well.
#include <doctest/doctest.h>

#include <set>

#include "base/term_limits.h"
#include "support/tsv.h"
#include "text/print.h"
#include "text/reader/parse.h"
#include "wire/codec.h"

using namespace thumbnailer;
using test::contract;
using test::from_hex;
using test::Row;
using test::to_hex;

namespace {

const Codec kCodecs[] = {*codec_named("etf"), *codec_named("msgpack")};

// In hex; empty when the codec has no such encoding.
const std::string& encoding(const Row& row, const Codec& codec) { return row.at(std::string(codec.name)); }

std::string encoded(const Codec& codec, const Term& term) {
    Payload payload;
    codec.encode(term, payload);
    return payload.flat();
}

} // namespace

TEST_CASE("vectors: every encoding is decoded to the term that stands beside it") {
    for (const Codec& codec : kCodecs) {
        std::size_t checked = 0;
        for (const Row& row : contract("vectors.tsv")) {
            if (encoding(row, codec).empty()) continue;
            CAPTURE(std::string(codec.name));
            CAPTURE(row.at("name"));
            const std::string payload = from_hex(encoding(row, codec));
            const auto term = codec.decode(bytes_of(payload));
            REQUIRE_MESSAGE(term.has_value(), term.error().message);
            CHECK(text::print(*term, text::kExact) == row.at("term"));
            ++checked;
        }
        CHECK(checked > 90);
    }
}

TEST_CASE("vectors: of several encodings of a term the first is the one that is written") {
    for (const Codec& codec : kCodecs) {
        std::set<std::string> written;
        for (const Row& row : contract("vectors.tsv")) {
            if (encoding(row, codec).empty() || !written.insert(row.at("term")).second) continue;
            CAPTURE(std::string(codec.name));
            CAPTURE(row.at("name"));
            const auto read = text::parse(row.at("term"), nullptr);
            REQUIRE_MESSAGE(read.has_value(), read.error().message);
            CHECK(to_hex(encoded(codec, read->terms().front())) == encoding(row, codec));
        }
        CHECK(written.size() > 60);
    }
}

TEST_CASE("vectors: what is decoded, written, printed or parsed stays the same term") {
    for (const Codec& codec : kCodecs)
        for (const Row& row : contract("vectors.tsv")) {
            if (encoding(row, codec).empty()) continue;
            CAPTURE(row.at("name"));
            const std::string payload = from_hex(encoding(row, codec));
            const auto term = codec.decode(bytes_of(payload));
            REQUIRE(term.has_value());
            const std::string again = encoded(codec, *term);
            const auto reread = codec.decode(bytes_of(again));
            REQUIRE(reread.has_value());
            CHECK(*reread == *term);
            const auto parsed = text::parse(text::print(*term, text::kExact), nullptr);
            REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
            CHECK(parsed->terms().front() == *term);
        }
}

TEST_CASE("vectors: every bad encoding is refused as a bad term, with the message that stands beside it") {
    for (const Codec& codec : kCodecs) {
        std::size_t checked = 0;
        for (const Row& row : contract("bad_vectors.tsv")) {
            if (row.at("codec") != codec.name) continue;
            CAPTURE(std::string(codec.name));
            CAPTURE(row.at("name"));
            const std::string payload = from_hex(row.at("bytes"));
            const auto term = codec.decode(bytes_of(payload));
            REQUIRE_FALSE(term.has_value());
            CHECK(term.error().reason == Reason::bad_term);
            CAPTURE(term.error().message);
            CHECK(term.error().message.find(row.at("message")) != std::string::npos);
            ++checked;
        }
        CHECK(checked > 40);
    }
}

TEST_CASE("vectors: an encoding cut at any byte is refused") {
    for (const Codec& codec : kCodecs)
        for (const Row& row : contract("vectors.tsv")) {
            CAPTURE(std::string(codec.name));
            CAPTURE(row.at("name"));
            const std::string payload = from_hex(encoding(row, codec));
            for (std::size_t length = 0; length < payload.size(); ++length) {
                // A copy of its own size, so that a sanitizer sees a read beyond the cut.
                const std::vector<char> cut(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(length));
                const auto term = codec.decode(bytes_of({cut.data(), cut.size()}));
                REQUIRE_FALSE(term.has_value());
                REQUIRE(term.error().reason == Reason::bad_term);
            }
        }
}

TEST_CASE("vectors: an encoding with any byte changed is a term that can be written again, or refused") {
    for (const Codec& codec : kCodecs)
        for (const Row& row : contract("vectors.tsv")) {
            CAPTURE(std::string(codec.name));
            CAPTURE(row.at("name"));
            const std::string payload = from_hex(encoding(row, codec));
            for (std::size_t at = 0; at < payload.size(); ++at)
                for (const int mask : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
                    std::string changed = payload;
                    changed[at] = static_cast<char>(changed[at] ^ mask);
                    const auto term = codec.decode(bytes_of(changed));
                    if (!term) {
                        REQUIRE(term.error().reason == Reason::bad_term);
                        continue;
                    }
                    const std::string again = encoded(codec, *term);
                    const auto reread = codec.decode(bytes_of(again));
                    REQUIRE(reread.has_value());
                    REQUIRE(*reread == *term);
                }
        }
}
