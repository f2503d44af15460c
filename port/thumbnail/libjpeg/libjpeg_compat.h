// The decoded size of a block of eight samples. The name of libjpeg's field depends on its API version.
#pragma once

#include <cstdio>

#include <jpeglib.h>

namespace thumbnailer {

#if JPEG_LIB_VERSION >= 70
inline int scale_of(const jpeg_component_info& component) { return component.DCT_h_scaled_size; }
inline int scale_of(const jpeg_decompress_struct& jpeg) { return jpeg.min_DCT_h_scaled_size; }
inline void set_scale(jpeg_component_info& component, int scale) {
    component.DCT_h_scaled_size = component.DCT_v_scaled_size = scale;
}
#else
inline int scale_of(const jpeg_component_info& component) { return component.DCT_scaled_size; }
inline int scale_of(const jpeg_decompress_struct& jpeg) { return jpeg.min_DCT_scaled_size; }
inline void set_scale(jpeg_component_info& component, int scale) { component.DCT_scaled_size = scale; }
#endif

} // namespace thumbnailer
