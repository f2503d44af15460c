// Lengths of SVG, in pixels of which an inch has 96 (CSS Values and Units, 5.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace thumbnailer {

// The number at the start of the text, which is removed from it.
std::optional<double> number_in(std::string_view& text);

// Nothing for percentages and unknown units.
std::optional<double> length_of(std::optional<std::string_view> text);

// The drawing with all lengths in physical units replaced by pixels: librsvg before 2.55 takes an inch for 72 pixels
// whatever it is told, and does not know the unit Q.
std::string lengths_in_pixels(std::string_view text);

} // namespace thumbnailer
