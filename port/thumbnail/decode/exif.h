// What a camera said about its picture, from the header that libvips read.
#pragma once

#include <string>
#include <vips/vips8>

namespace thumbnailer {

// When it was taken, by the camera's own clock: 2026-11-20T16:50:00. Empty when it does not say.
std::string taken_at(const vips::VImage& image);

// Maker and model. Empty when it does not say.
std::string camera_of(const vips::VImage& image);

// Whether a small copy of the picture is embedded.
bool has_preview(const vips::VImage& image);

} // namespace thumbnailer
