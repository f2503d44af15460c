// Makes a GIF of an image or an animation in libvips' form. May throw vips::VError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>
#include <vips/vips8>

#include "thumbnail/gif/frame_writer.h"

namespace thumbnailer {

class GifEncoder {
public:
    // An image of 8 bits, grey or sRGB. Alpha of half or more is opaque.
    explicit GifEncoder(const vips::VImage& image);

    std::vector<std::byte> encode(const GifSettings& settings) const;

private:
    std::vector<std::uint32_t> frame(int index) const;
    int delay(int index) const;

    vips::VImage image_;
    Size size_;
    int frames_ = 1;
    bool transparent_ = false; // some pixels of some frames
    ColourHistogram histogram_;
    std::vector<int> delays_;
    int plays_ = 0;
};

} // namespace thumbnailer
