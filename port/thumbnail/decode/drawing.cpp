#include "thumbnail/decode/drawing.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "job/format.h"
#include "svg/gunzip.h"
#include "svg/tag.h"
#include "svg/xml_text.h"
#include "thumbnail/decode/drawing_images.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kMaxUnpacked = 64 << 20;
// A drawing has no pixels, but its renderer has: what says it is larger keeps its shape.
constexpr double kMaxSide = 16'000;

Result<std::string> unpacked_text(Bytes source) {
    if (!is_gzip(source)) return xml_text(source);
    const Inflated unpacked = gunzip(source, kMaxUnpacked);
    if (unpacked.end == Inflated::End::at_limit)
        return Failure{.reason = Reason::too_large,
                       .message = "the svg image unpacks to more than " + std::to_string(kMaxUnpacked) + " bytes",
                       .limit = kMaxUnpacked};
    if (unpacked.end == Inflated::End::damaged)
        return Failure{Reason::bad_image, "the svg image is packed by gzip, and damaged"};
    return xml_text(unpacked.bytes);
}

// The number at the start of the text, which goes on behind it.
std::optional<double> number_in(std::string_view& text) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t\r\n,")));
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

// In pixels, of which an inch has 96 (CSS Values, 5.2); nothing for parts of something else.
std::optional<double> length_of(std::optional<std::string_view> text) {
    if (!text) return std::nullopt;
    const auto value = number_in(*text);
    if (!value) return std::nullopt;
    struct Unit {
        std::string_view name;
        double pixels;
    };
    constexpr Unit kUnits[] = {{"px", 1},         {"in", 96}, {"cm", 96 / 2.54}, {"mm", 96 / 25.4},
                               {"pt", 96.0 / 72}, {"pc", 16}, {"em", 16},        {"ex", 8}};
    const std::string_view unit = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
    if (unit.empty()) return value;
    const auto* known = std::ranges::find(kUnits, unit, &Unit::name);
    return known == std::end(kUnits) ? std::nullopt : std::optional(*value * known->pixels);
}

struct Extent {
    double width = 0;
    double height = 0;
};

std::optional<Extent> view_box_of(const Tag& root) {
    auto text = root.value("viewBox").value_or("");
    number_in(text);
    number_in(text);
    const auto width = number_in(text);
    const auto height = number_in(text);
    if (!width || !height || *width <= 0 || *height <= 0) return std::nullopt;
    return Extent{*width, *height};
}

// As browsers do it; nothing when the drawing does not say.
std::optional<Extent> extent_of(const Tag& root) {
    const auto box = view_box_of(root);
    const auto width = length_of(root.value("width"));
    const auto height = length_of(root.value("height"));
    if (width && height) return Extent{*width, *height};
    if (!box) return std::nullopt;
    if (width) return Extent{*width, *width * box->height / box->width};
    if (height) return Extent{*height * box->width / box->height, *height};
    return box;
}

// A length in inches, centimetres, millimetres, points or picas in pixels; nothing for anything else.
std::optional<std::string> physical_in_pixels(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || text.size() > 40) return std::nullopt;
    const std::size_t unit = text.find_first_not_of("0123456789.+-", begin);
    if (unit == std::string_view::npos || unit == begin) return std::nullopt;
    for (const std::string_view name : {"in", "cm", "mm", "pt", "pc"})
        if (text.substr(unit).starts_with(name))
            if (const auto pixels = length_of(text)) {
                std::array<char, 40> digits{};
                const auto end = std::to_chars(digits.begin(), digits.end(), *pixels, std::chars_format::fixed, 4).ptr;
                return std::string(digits.begin(), end);
            }
    return std::nullopt;
}

// The value of an attribute, or each value in a style, in pixels; nothing when there is nothing to change.
std::optional<std::string> value_in_pixels(const Attribute& attribute) {
    if (attribute.name != "style") return physical_in_pixels(attribute.value);
    std::string style;
    bool changed = false;
    for (std::string_view left = attribute.value; !left.empty();) {
        const std::string_view declaration = left.substr(0, left.find(';'));
        left.remove_prefix(std::min(left.size(), declaration.size() + 1));
        const std::size_t colon = declaration.find(':');
        const auto pixels =
            colon == std::string_view::npos ? std::nullopt : physical_in_pixels(declaration.substr(colon + 1));
        changed = changed || pixels;
        style.append(pixels ? std::string(declaration.substr(0, colon + 1)) + *pixels + "px"
                            : std::string(declaration));
        if (!left.empty()) style.push_back(';');
    }
    return changed ? std::optional(style) : std::nullopt;
}

// The renderers of libvips before 8.15 take an inch for 72 pixels whatever they are told: all lengths are in pixels.
std::string lengths_in_pixels(std::string_view text) {
    std::string made;
    std::size_t copied = 0;
    for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end))
        for (const Attribute& attribute : tag->attributes) {
            const auto pixels = value_in_pixels(attribute);
            if (!pixels) continue;
            const auto begin = static_cast<std::size_t>(attribute.value.data() - text.data());
            made.append(text.substr(copied, begin - copied)).append(*pixels);
            copied = begin + attribute.value.size();
        }
    return made.append(text.substr(copied));
}

std::string text_of_attribute(const Attribute& attribute) {
    const char quote = attribute.value.data()[-1];
    return " " + std::string(attribute.name) + "=" + quote + std::string(attribute.value) + quote;
}

// The start tag of the root at a size that can be drawn; nothing when it has one.
std::optional<std::string> smaller_root(const Tag& root) {
    const auto extent = extent_of(root);
    if (!extent || std::max(extent->width, extent->height) <= kMaxSide) return std::nullopt;
    const double scale = kMaxSide / std::max(extent->width, extent->height);
    const auto side = [&](double length) { return std::to_string(std::max(1.0, std::round(length * scale))); };
    std::string tag = "<" + std::string(root.name);
    for (const Attribute& attribute : root.attributes)
        if (attribute.name != "width" && attribute.name != "height") tag.append(text_of_attribute(attribute));
    if (!view_box_of(root))
        tag.append(" viewBox=\"0 0 " + std::to_string(extent->width) + " " + std::to_string(extent->height) + "\"");
    return tag.append(" width=\"" + side(extent->width) + "\" height=\"" + side(extent->height) + "\"" +
                      (root.empty ? "/>" : ">"));
}

bool has_text(std::string_view text, const Tag& root) {
    for (auto tag = next_tag(text, root.end); tag; tag = next_tag(text, tag->end))
        if (tag->local_name() == "text") return true;
    return false;
}

} // namespace

Result<std::optional<std::vector<std::byte>>> prepared_drawing(Bytes source, const Limits& limits) {
    using Prepared = std::optional<std::vector<std::byte>>;
    if (!limits.loaders.has(Format::svg) || sniff(source) != Format::svg) return Prepared();
    auto text = unpacked_text(source);
    if (!text) return std::move(text).error();
    *text = lengths_in_pixels(*text);
    const auto root = root_of(*text);
    if (!root) return Failure{Reason::bad_image, "the svg image has no whole root element"};
    std::string behind_root;
    if (limits.text != DrawnText::drawn && has_text(*text, *root)) {
        if (limits.text == DrawnText::refused)
            return Failure{
                Reason::unsupported_format,
                "the svg image has text, and there is no font to draw it with: install one, or name files or "
                "folders (--fonts), or have text left out (--fonts none)"};
        behind_root = "<style xmlns=\"http://www.w3.org/2000/svg\">text{display:none !important}</style>";
    }
    auto images = with_known_images(std::string_view(*text).substr(root->end), limits);
    if (!images) return std::move(images).error();
    const std::string head =
        smaller_root(*root).value_or(std::string(std::string_view(*text).substr(root->begin, root->end - root->begin)));
    const std::string drawing = text->substr(0, root->begin) + head + behind_root + *images;
    const Bytes bytes = bytes_of(drawing);
    return Prepared(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

} // namespace thumbnailer
