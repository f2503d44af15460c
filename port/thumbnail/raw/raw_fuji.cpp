#include <string_view>

#include "base/byte_reader.h"
#include "thumbnail/raw/raw_formats.h"

namespace thumbnailer {

namespace {

constexpr std::string_view kMagic = "FUJIFILMCCD-RAW ";
constexpr std::uint64_t kModelAt = 28;
constexpr std::uint64_t kModelLength = 32;
constexpr std::uint64_t kJpegAt = 84; // offset and length, then those of the list of values

std::optional<Bytes> part(Bytes bytes, std::uint64_t offset, std::uint64_t length) {
    ByteReader reader(bytes);
    return reader.take(offset) ? reader.take(length) : std::nullopt;
}

// A list of values: a number, then for each its tag, its length and its bytes. Height comes before width.
Size size_in(Bytes list) {
    constexpr std::uint64_t kCropSize = 0x0111;
    constexpr std::uint64_t kMost = 256;
    ByteReader reader(list);
    const std::uint64_t count = reader.unsigned_of(4).value_or(0);
    for (std::uint64_t index = 0; index < count && index < kMost; ++index) {
        const auto tag = reader.unsigned_of(2);
        const auto length = reader.unsigned_of(2);
        const auto bytes = length ? reader.take(*length) : std::nullopt;
        if (!bytes) break;
        ByteReader value(*bytes);
        const auto height = value.unsigned_of(2);
        const auto width = value.unsigned_of(2);
        if (tag == kCropSize && width) return {static_cast<std::int32_t>(*width), static_cast<std::int32_t>(*height)};
    }
    return {};
}

} // namespace

std::optional<RawFile> read_fuji_raw(Bytes source) {
    if (!text_of(source).starts_with(kMagic)) return std::nullopt;
    RawFile file;
    file.maker = "FUJIFILM";
    if (const auto model = part(source, kModelAt, kModelLength)) {
        const std::string_view text = text_of(*model);
        file.model = text.substr(0, text.find('\0'));
        while (file.model.ends_with(' ')) file.model.pop_back();
    }
    ByteReader reader(source);
    reader.take(kJpegAt);
    const auto jpeg_offset = reader.unsigned_of(4);
    const auto jpeg_length = reader.unsigned_of(4);
    const auto list_offset = reader.unsigned_of(4);
    const auto list_length = reader.unsigned_of(4);
    if (!list_length) {
        file.cut_short = true;
        return file;
    }
    add_jpeg(source, *jpeg_offset, *jpeg_length, file);
    if (const auto list = part(source, *list_offset, *list_length)) file.size = size_in(*list);
    return file;
}

} // namespace thumbnailer
