// Encodes pixels to the bytes of a file. Everything here may throw vips::VError; thumbnail/job_renderer.cpp catches it.
#pragma once

#include <memory>
#include <vips/vips8>

#include "job/format.h"

namespace thumbnailer {

// The encoded image, in memory that libvips allocated.
class Encoded {
public:
    explicit Encoded(VipsBlob* blob) : area_(VIPS_AREA(blob), &vips_area_unref) {}
    Bytes bytes() const { return {static_cast<const std::byte*>(area_->data), area_->length}; }

private:
    std::unique_ptr<VipsArea, decltype(&vips_area_unref)> area_;
};

// The quality of an output of this format without a search; 0 if the format has none.
std::int32_t quality_of(Format format, const Output& output);

// Whether the encoding is lossy, so that it depends on the quality.
bool is_lossy(Format format, const Output& output);

// Of each sample; 0: as many as the format has by itself.
int bits_of(const Output& output);

// Of the palette that the source of the image was stored with; 0: it had none.
int palette_bits_of(const vips::VImage& image);

// The output's effort from 0 to 10, on the encoder's scale.
int effort_from(const Output& output, int least, int most);

struct Coding {
    std::int32_t quality = 0; // 0: the format has none
    // A PNG whose samples the output leaves to the encoder has a palette of at most so many bits, without dithering; 0:
    // no palette.
    std::int32_t palette_bits = 0;
    // Each frame of an animated WebP is lossy or lossless, whichever is smaller. Takes three times as long.
    bool mixed = false;
};

// Any format but GIF, as the output says, but for the coding. Writes what metadata the image still has.
Encoded encode(const vips::VImage& image, Format format, const Output& output, const Coding& coding);

} // namespace thumbnailer
