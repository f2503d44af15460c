#include "svg/lengths.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "svg/tag.h"

namespace thumbnailer {

std::optional<double> number_in(std::string_view& text) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t\r\n,")));
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<double> length_of(std::optional<std::string_view> text) {
    if (!text) return std::nullopt;
    const auto value = number_in(*text);
    if (!value) return std::nullopt;
    struct Unit {
        std::string_view name;
        double pixels;
    };
    constexpr Unit kUnits[] = {{"px", 1},         {"in", 96}, {"cm", 96 / 2.54}, {"mm", 96 / 25.4}, {"Q", 96 / 101.6},
                               {"pt", 96.0 / 72}, {"pc", 16}, {"em", 16},        {"ex", 8}};
    const std::string_view unit = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
    if (unit.empty()) return value;
    const auto* known = std::ranges::find(kUnits, unit, &Unit::name);
    return known == std::end(kUnits) ? std::nullopt : std::optional(*value * known->pixels);
}

namespace {

// A length in physical units in pixels; nothing for anything else.
std::optional<std::string> physical_in_pixels(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || text.size() > 40) return std::nullopt;
    const std::size_t unit = text.find_first_not_of("0123456789.+-", begin);
    if (unit == std::string_view::npos || unit == begin) return std::nullopt;
    for (const std::string_view name : {"in", "cm", "mm", "Q", "pt", "pc"})
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

} // namespace

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

} // namespace thumbnailer
