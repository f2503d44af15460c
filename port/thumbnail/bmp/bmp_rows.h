// The pixels of a BMP, row by row in any order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thumbnail/bmp/bmp_header.h"

namespace thumbnailer {

class BmpRows {
public:
    // Fails with bad_image when the file has fewer pixels than its header says. The header's bytes must outlive this.
    static Result<BmpRows> open(BmpHeader header);

    Size size() const { return header_.size; }
    int bands() const { return header_.has_alpha() ? 4 : 3; }

    // Row `y` from the top, red, green, blue and alpha if there is one, 8 bits each. False when a pixel has a colour
    // that is not in the palette.
    bool read(std::int32_t y, std::span<std::uint8_t> row) const;

private:
    BmpRows(BmpHeader header, std::vector<std::uint8_t> unpacked)
        : header_(std::move(header)), unpacked_(std::move(unpacked)) {}

    Bytes stored_row(std::int32_t y) const;
    bool from_palette(Bytes stored, std::span<std::uint8_t> row) const;
    void from_masks(Bytes stored, std::span<std::uint8_t> row) const;

    BmpHeader header_;
    std::vector<std::uint8_t> unpacked_; // of runs; empty when there are none
};

} // namespace thumbnailer
