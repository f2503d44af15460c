// Writes the frames of a GIF one after the other, of each only what changes, in the colours of all frames or in its
// own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "thumbnail/gif/canvas.h"
#include "thumbnail/gif/gif_file.h"
#include "thumbnail/gif/palette.h"

namespace thumbnailer {

struct GifSettings {
    int colours = 256;  // at most, the transparent one included
    double enough = 2;  // as in PaletteLimits
    double coarse = 20; // a frame with a greater one gets its own colours
    int rounds = 3;     // of moving colours to the means of what they stand for
    int tolerance = 0;  // what a sample may differ from the frame before and stay as it is
};

class GifFrameWriter {
public:
    // `shared` is the palette of all frames. `plays` as in GifFile.
    GifFrameWriter(Size size, const GifSettings& settings, const Palette& shared, bool transparent,
                   std::optional<int> plays);

    // The pixels of a frame, as GifCanvas has them, and those of the next; none: it is the last, or no pixel of any
    // frame is transparent.
    void add(std::span<const std::uint32_t> frame, std::span<const std::uint32_t> next, int delay);
    std::vector<std::byte> finish() { return file_.finish(); }

private:
    void choose_palette(const Rect& rect);
    bool suffices(const Rect& rect);
    void index(const Rect& rect);
    void index_pixel(std::size_t at);
    ColourHistogram drawn() const;
    const Palette& palette() const { return uses_own_ ? *own_ : shared_; }
    PaletteLimits limits() const;

    Size size_;
    GifSettings settings_;
    const Palette& shared_;
    bool transparent_;
    GifCanvas canvas_;
    GifFile file_;
    bool begins_ = true;
    std::optional<Palette> own_; // of the last frame for which the shared one was too coarse
    bool uses_own_ = false;
    std::vector<std::uint8_t> first_, other_; // FrameIndices
    double error_ = 0;                        // the sum of what is drawn
    std::int64_t drawn_ = 0;                  // pixels
};

} // namespace thumbnailer
