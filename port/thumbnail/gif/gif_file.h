// Writes the blocks of a GIF (GIF89a), one frame after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "thumbnail/geometry/geometry.h"
#include "thumbnail/gif/lzw.h"

namespace thumbnailer {

// Colours with red in the lowest byte, at most 256 together with the transparent one.
struct ColourTable {
    std::span<const std::uint32_t> colours;
    bool transparent = false; // with one more index, behind the colours

    int bits() const;
};

struct GifFrame {
    Rect rect;                      // not empty
    FrameIndices indices;           // the rows of the rectangle
    bool transparent = false;       // whether the index behind the colours occurs
    bool cleared = false;           // the rectangle becomes transparent before the next frame
    int delay = 0;                  // milliseconds
    std::optional<ColourTable> own; // instead of the file's
};

class GifFile {
public:
    // `plays`: how often the frames are shown, 0 for ever; nothing for a still image.
    GifFile(Size size, const ColourTable& colours, std::optional<int> plays);

    void add(const GifFrame& frame);
    std::vector<std::byte> finish();

private:
    void byte(int value) { file_.push_back(static_cast<std::byte>(value)); }
    void number(int value);
    void text(std::string_view letters);
    void table(const ColourTable& colours);
    void repeats(int plays);

    std::vector<std::byte> file_;
    std::size_t colours_ = 0; // of the file
    int bits_ = 0;
    bool still_;
};

} // namespace thumbnailer
