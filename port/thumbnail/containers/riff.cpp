#include "thumbnail/containers/riff.h"

#include "base/byte_reader.h"

namespace thumbnailer {

std::optional<Bytes> riff_chunk(Bytes file, std::string_view name) {
    constexpr std::size_t kFileHeader = 12; // RIFF, the size of what follows, WEBP
    ByteReader reader(file);
    reader.take(kFileHeader);
    while (const auto found = reader.take(name.size())) {
        const auto size = reader.little_of(4);
        const auto contents = size ? reader.take(*size) : std::nullopt;
        if (!contents || text_of(*found) == name) return contents;
        if (*size % 2 != 0) reader.take(1);
    }
    return std::nullopt;
}

} // namespace thumbnailer
