// The directories of TIFF, as EXIF, MPF and raw files have them: numbers in either byte order, found by offsets that
// may lie (TIFF 6.0, section 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/bytes.h"

namespace thumbnailer {

class Tiff {
public:
    static constexpr std::uint64_t kMagic = 42;

    // From the byte order on. Nothing when it is neither or another number follows.
    static std::optional<Tiff> open(Bytes bytes, std::uint64_t magic = kMagic);

    Bytes bytes() const { return bytes_; }

    // 1 to 8 bytes.
    std::optional<std::uint64_t> number(std::uint64_t at, std::size_t width) const;

    // Where the first directory stands, and the one after another.
    std::optional<std::uint64_t> first() const { return number(4, 4); }
    std::optional<std::uint64_t> after(std::uint64_t directory) const;

    // The only value of a tag, as 16 or 32 bits; what has more values stands where this points to.
    std::optional<std::uint64_t> value(std::uint64_t directory, std::uint64_t tag) const;
    // How many values a tag has.
    std::optional<std::uint64_t> count(std::uint64_t directory, std::uint64_t tag) const;

    // All values of a tag of whole or rational numbers (rounded down), the first `most` of them; none when it is not
    // there.
    std::vector<std::uint64_t> values(std::uint64_t directory, std::uint64_t tag, std::size_t most) const;
    // The bytes of a tag of text, up to the first zero, without spaces at their end.
    std::string text(std::uint64_t directory, std::uint64_t tag) const;

private:
    Tiff(Bytes bytes, bool little) : bytes_(bytes), little_(little) {}

    std::optional<std::uint64_t> find(std::uint64_t directory, std::uint64_t tag) const;
    // Where the values of an entry stand, of which each has `width` bytes: in the entry itself when they fit.
    std::optional<std::uint64_t> place(std::uint64_t entry, std::uint64_t width) const;

    Bytes bytes_;
    bool little_;
};

} // namespace thumbnailer
