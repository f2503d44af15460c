// From pixels to the bytes of a file. Everything here may throw vips::VError; thumbnail.cpp catches it.
#pragma once

#include <memory>
#include <vips/vips8>

#include "format.h"

namespace thumbnailer {

// The encoded image, in memory that libvips allocated.
class Encoded {
public:
    explicit Encoded(VipsBlob* blob) : area_(VIPS_AREA(blob), &vips_area_unref) {}
    Bytes bytes() const { return {static_cast<const std::byte*>(area_->data), area_->length}; }

private:
    std::unique_ptr<VipsArea, decltype(&vips_area_unref)> area_;
};

// Without metadata. `quality` 0 is the format's own.
Encoded encode(const vips::VImage& image, Format format, std::int32_t quality);

} // namespace thumbnailer
