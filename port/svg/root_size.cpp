#include "svg/root_size.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "svg/lengths.h"

namespace thumbnailer {

namespace {

// The longest side; a larger drawing is scaled down.
constexpr double kMaxSide = 16'000;
// The longest side of a drawing that is smaller than a pixel.
constexpr double kLeastSide = 100;

struct Extent {
    double width = 0;
    double height = 0;
};

// The size of an object without a size (CSS 2.2, 10.3.2).
constexpr Extent kUnsaid{300, 150};

std::optional<Extent> view_box_of(const Tag& root) {
    auto text = root.value("viewBox").value_or("");
    number_in(text);
    number_in(text);
    const auto width = number_in(text);
    const auto height = number_in(text);
    if (!width || !height || *width <= 0 || *height <= 0) return std::nullopt;
    return Extent{*width, *height};
}

// Negative lengths are errors (SVG 2, 7.2), and ignored as browsers do.
std::optional<double> side_of(const Tag& root, std::string_view attribute) {
    const auto length = length_of(root.value(attribute));
    return length && *length >= 0 ? length : std::nullopt;
}

Extent extent_of(const Tag& root) {
    const auto box = view_box_of(root);
    const auto width = side_of(root, "width");
    const auto height = side_of(root, "height");
    if (!box || (width && height)) return {width.value_or(kUnsaid.width), height.value_or(kUnsaid.height)};
    if (width) return {*width, *width * box->height / box->width};
    if (height) return {*height * box->width / box->height, *height};
    return *box;
}

bool says_size(const Tag& root) {
    for (const std::string_view attribute : {"width", "height"}) {
        const bool has_length = side_of(root, attribute).has_value();
        if (!has_length && (root.value(attribute) || !view_box_of(root))) return false;
    }
    return true;
}

double scale_of(const Extent& extent, std::int64_t max_side, std::int64_t max_pixels) {
    const double longest = std::max(extent.width, extent.height);
    if (longest < 1) return kLeastSide / longest;
    const double largest = std::min(kMaxSide, static_cast<double>(max_side));
    const double pixels = extent.width * extent.height;
    return std::min({1.0, largest / longest, std::sqrt(static_cast<double>(max_pixels) / pixels)});
}

std::string text_of_attribute(const Attribute& attribute) {
    const char quote = attribute.value.data()[-1];
    return " " + std::string(attribute.name) + "=" + quote + std::string(attribute.value) + quote;
}

} // namespace

std::optional<std::string> root_with_size(const Tag& root, std::int64_t max_side, std::int64_t max_pixels) {
    const Extent extent = extent_of(root);
    if (extent.width == 0 || extent.height == 0) return std::nullopt; // nothing is to be drawn (SVG 2, 8.2)
    const double scale = scale_of(extent, max_side, max_pixels);
    if (scale == 1 && says_size(root)) return std::nullopt;
    const auto side = [&](double length) {
        constexpr double kRoundingError = 1e-6;
        return std::to_string(scale == 1 ? length : std::max(1.0, std::floor(length * scale + kRoundingError)));
    };
    std::string tag = "<" + std::string(root.name);
    for (const Attribute& attribute : root.attributes)
        if (attribute.name != "width" && attribute.name != "height") tag.append(text_of_attribute(attribute));
    if (scale != 1 && !view_box_of(root))
        tag.append(" viewBox=\"0 0 " + std::to_string(extent.width) + " " + std::to_string(extent.height) + "\"");
    return tag.append(" width=\"" + side(extent.width) + "\" height=\"" + side(extent.height) + "\"" +
                      (root.empty ? "/>" : ">"));
}

} // namespace thumbnailer
