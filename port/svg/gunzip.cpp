#include "svg/gunzip.h"

#include <cstdint>
#include <optional>

#include "base/byte_reader.h"

namespace thumbnailer {

namespace {

std::uint32_t crc32(Bytes bytes) {
    std::uint32_t crc = 0xffffffff;
    for (const std::byte byte : bytes) {
        crc ^= static_cast<std::uint32_t>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

// The deflated bytes after the header of a member (RFC 1952, 2.3); nothing if the header is damaged.
std::optional<Bytes> deflated_in(Bytes source) {
    ByteReader reader(source);
    const auto head = reader.take(10);
    if (!head) return std::nullopt;
    const auto flags = static_cast<unsigned>((*head)[3]);
    if ((flags & 4) != 0) {
        const auto length = reader.take(2);
        if (!length ||
            !reader.take(static_cast<std::uint64_t>((*length)[0]) | static_cast<std::uint64_t>((*length)[1]) << 8))
            return std::nullopt;
    }
    for (const unsigned text : {8U, 16U}) // a name and a comment, each ended by a zero
        if ((flags & text) != 0)
            for (std::optional<std::uint64_t> byte = 1; byte != 0U;)
                if (byte = reader.unsigned_of(1); !byte) return std::nullopt;
    if ((flags & 2) != 0 && !reader.take(2)) return std::nullopt;
    return source.subspan(reader.position());
}

} // namespace

bool is_gzip(Bytes source) { return text_of(source).starts_with("\x1f\x8b\x08"); }

Inflated gunzip(Bytes source, std::size_t limit) {
    const auto deflated = is_gzip(source) ? deflated_in(source) : std::nullopt;
    if (!deflated) return {};
    Inflated contents = inflate(*deflated, limit);
    if (contents.end != Inflated::End::whole) return contents;
    ByteReader trailer(deflated->subspan(contents.used));
    if (trailer.little_of(4) != crc32(contents.bytes)) contents.end = Inflated::End::damaged;
    return contents;
}

} // namespace thumbnailer
