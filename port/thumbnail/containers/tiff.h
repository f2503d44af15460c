// The directories of TIFF and BigTIFF, as EXIF, MPF and raw files have them, too: numbers in either byte order, found
// by offsets that may lie (TIFF 6.0, section 2).
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

    // Bytes that begin with the byte order. Nothing when it is neither, or when another number follows.
    static std::optional<Tiff> open(Bytes bytes, std::uint64_t magic = kMagic);
    // A file, which may be a BigTIFF.
    static std::optional<Tiff> open_file(Bytes bytes);

    Bytes bytes() const { return bytes_; }

    // 1 to 8 bytes.
    std::optional<std::uint64_t> number(std::uint64_t at, std::size_t width) const;

    // The offset of the first directory, and of the one after another; 0: there is none.
    std::optional<std::uint64_t> first() const { return big_ ? number(8, 8) : number(4, 4); }
    std::optional<std::uint64_t> after(std::uint64_t directory) const;

    // The only value of a tag. If the tag has more values, their offset.
    std::optional<std::uint64_t> value(std::uint64_t directory, std::uint64_t tag) const;
    // The number of values of a tag.
    std::optional<std::uint64_t> count(std::uint64_t directory, std::uint64_t tag) const;
    // The offset of the values of a tag: in its entry if they fit.
    std::optional<std::uint64_t> place(std::uint64_t directory, std::uint64_t tag) const;

    // At most `most` values of a tag of whole or rational numbers (rounded down); none without the tag.
    std::vector<std::uint64_t> values(std::uint64_t directory, std::uint64_t tag, std::size_t most = 64) const;
    // At most `most` values of a tag of rational numbers, up to the first with a denominator of 0.
    std::vector<double> fractions(std::uint64_t directory, std::uint64_t tag, std::size_t most) const;
    // The bytes of a tag of text, up to the first zero, without spaces at their end.
    std::string text(std::uint64_t directory, std::uint64_t tag) const;

private:
    Tiff(Bytes bytes, bool little, bool big) : bytes_(bytes), little_(little), big_(big) {}

    // The sizes of an offset, of the number of entries, and of an entry.
    std::size_t word() const { return big_ ? 8 : 4; }
    std::size_t count_width() const { return big_ ? 8 : 2; }
    std::uint64_t entry_size() const { return big_ ? 20 : 12; }

    std::optional<std::uint64_t> entries(std::uint64_t directory) const;
    std::optional<std::uint64_t> find(std::uint64_t directory, std::uint64_t tag) const;

    Bytes bytes_;
    bool little_;
    bool big_;
};

} // namespace thumbnailer
