// The transfer curve of sRGB (IEC 61966-2-1) in both directions, for values from 0 to 1.
#pragma once

#include <cmath>

namespace thumbnailer {

inline double to_linear(double value) {
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

inline double from_linear(double value) {
    return value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
}

} // namespace thumbnailer
