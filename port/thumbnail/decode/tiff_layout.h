// What libvips does not say about a TIFF: which of its images is the picture, and what the samples of it mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

// What the samples are, where libvips takes them for something else.
enum class TiffSamples : std::uint8_t { as_loaded, ycbcr, cie_lab8, icc_lab8, icc_lab16 };

struct TiffLayout {
    std::int32_t page = 0;
    std::int32_t subifd = -1; // of the page; -1: the page itself
    // The channel with alpha, counted from 0 (ExtraSamples); nothing when no channel is said to be alpha.
    std::optional<std::int32_t> alpha;
    TiffSamples samples = TiffSamples::as_loaded;
    // For YCbCr: black and white of Y, Cb, Cr (ReferenceBlackWhite), and how much of red, green and blue is in Y.
    std::vector<double> black_and_white = {0, 255, 128, 255, 128, 255};
    std::vector<double> luma = {0.299, 0.587, 0.114};
    // Where the file says what its samples are, in bytes from its start, and whether it is little endian there.
    std::uint64_t photometric_at = 0;
    bool little = false;
    std::uint64_t compression = 1; // see tiff_compression.h
    // The width of a pixel by its height.
    double pixel_aspect = 1;
    // Why its samples cannot be shown; empty: they can.
    std::string refusal;

    // libvips would convert, or refuse, what is to be read as it stands.
    bool is_read_as_rgb() const { return samples != TiffSamples::as_loaded && samples != TiffSamples::ycbcr; }
};

// Of the page, or, where that is a small copy of the picture, of the picture. Nothing when there is no such directory.
std::optional<TiffLayout> tiff_layout(Bytes source, std::int32_t page);

// The source with its samples declared as RGB, so that they are read as they stand.
std::vector<std::byte> read_as_rgb(Bytes source, const TiffLayout& layout);

} // namespace thumbnailer
