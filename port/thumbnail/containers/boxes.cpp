#include "thumbnail/containers/boxes.h"

namespace thumbnailer {

std::string text_of_letters(FourLetters letters) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto letter = static_cast<char>(letters >> shift & 255);
        text.push_back(letter >= ' ' && letter <= '~' ? letter : '.');
    }
    return text;
}

std::optional<Box> Boxes::next() {
    constexpr std::uint64_t kToTheEnd = 0;
    constexpr std::uint64_t kLongLength = 1; // in 64 bits behind the name
    const auto short_length = reader_.unsigned_of(4);
    const auto type = reader_.unsigned_of(4);
    if (!type) return std::nullopt;
    std::uint64_t header = 8;
    std::uint64_t length = *short_length;
    if (length == kLongLength) {
        const auto long_length = reader_.unsigned_of(8);
        if (!long_length) return std::nullopt;
        header = 16;
        length = *long_length;
    }
    if (length == kToTheEnd) length = header + reader_.left();
    if (length < header) return std::nullopt;
    const auto contents = reader_.take(length - header);
    if (!contents) return std::nullopt;
    return Box{static_cast<FourLetters>(*type), *contents};
}

std::optional<Bytes> find_box(Bytes boxes, FourLetters type) {
    Boxes all(boxes);
    while (const auto box = all.next())
        if (box->type == type) return box->contents;
    return std::nullopt;
}

std::optional<FullBox> full_box(Bytes contents) {
    ByteReader reader(contents);
    const auto version = reader.unsigned_of(1);
    const auto flags = reader.unsigned_of(3);
    if (!flags) return std::nullopt;
    return FullBox{*version, *flags, reader};
}

} // namespace thumbnailer
