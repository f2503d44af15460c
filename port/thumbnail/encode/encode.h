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

// The output's effort from 0 to 10, on the encoder's scale.
int effort_from(const Output& output, int least, int most);

// As the output says, but for the quality. Writes what metadata the image still has.
// `palette_bits`: a GIF or PNG whose samples the output leaves to the encoder has a palette of at most so many bits, a
// PNG without dithering; 0: as many as a GIF can have, and no palette in a PNG.
Encoded encode(const vips::VImage& image, Format format, const Output& output, std::int32_t quality,
               std::int32_t palette_bits = 0);

} // namespace thumbnailer
