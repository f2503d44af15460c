// From pixels to the bytes of a file. Everything here may throw vips::VError; thumbnail/job_renderer.cpp catches it.
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

// The quality that an output of this format has when nothing is searched; 0 when the format has none.
std::int32_t quality_of(Format format, const Output& output);

// Whether quality decides how much of the picture is lost.
bool is_lossy(Format format, const Output& output);

// What the output says from 0 to 10, on the encoder's own scale.
int effort_from(const Output& output, int least, int most);

// As the output says, but for the quality. Writes what metadata the image still has.
Encoded encode(const vips::VImage& image, Format format, const Output& output, std::int32_t quality);

} // namespace thumbnailer
