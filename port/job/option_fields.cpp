#include "job/option_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace thumbnailer {

namespace {

constexpr Range kFinite{std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max()};

std::string range_of(std::string_view what, Range range) {
    return std::string(what) + " from " + format_number(range.min) + " to " + format_number(range.max);
}

// An option that was not given has a value out of its range.
std::string default_text_of(double value, Range range) { return value < range.min ? "-" : format_number(value); }

bool read_integer(const Term& term, Range range, std::int32_t& into) {
    const std::int64_t* value = term.as<std::int64_t>();
    if (value == nullptr || static_cast<double>(*value) < range.min || static_cast<double>(*value) > range.max)
        return false;
    into = static_cast<std::int32_t>(*value);
    return true;
}

bool read_number(const Term& term, Range range, double& into) {
    const std::int64_t* integer = term.as<std::int64_t>();
    const double* real = term.as<double>();
    if (integer == nullptr && real == nullptr) return false;
    const double value = integer != nullptr ? static_cast<double>(*integer) : *real;
    if (!(value >= range.min && value <= range.max)) return false;
    into = value;
    return true;
}

std::optional<bool> read_bool(const Term& term) {
    const Atom* atom = term.as<Atom>();
    if (atom == nullptr || (atom->name != "true" && atom->name != "false")) return std::nullopt;
    return atom->name == "true";
}

std::optional<Colour> colour_in(std::string_view text) {
    if ((text.size() != 7 && text.size() != 9) || text[0] != '#') return std::nullopt;
    std::array<std::uint8_t, 4> parts{0, 0, 0, 255};
    for (std::size_t index = 0; 1 + index * 2 < text.size(); ++index) {
        const char* from = text.data() + 1 + index * 2;
        const auto read = std::from_chars(from, from + 2, parts[index], 16);
        if (read.ptr != from + 2) return std::nullopt;
    }
    return Colour{parts[0], parts[1], parts[2], parts[3]};
}

} // namespace

std::string format_number(double number) {
    std::array<char, 64> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr;
    return {text.data(), end};
}

std::string IntegerOf::accepts(Range range) const { return range_of("an integer", range); }
std::string IntegerOf::default_text(Range range) const { return default_text_of(Output{}.*member, range); }
bool IntegerOf::assign(const Term& term, Range range, OptionTarget target) const {
    return read_integer(term, range, target.output().*member);
}

std::string RequestIntegerOf::accepts(Range range) const { return range_of("an integer", range); }
std::string RequestIntegerOf::default_text(Range range) const {
    return default_text_of(RequestOptions{}.*member, range);
}
bool RequestIntegerOf::assign(const Term& term, Range range, OptionTarget target) const {
    return read_integer(term, range, target.options.*member);
}

std::string NumberOf::accepts(Range range) const { return range_of("a number", range); }
std::string NumberOf::default_text(Range range) const { return default_text_of(Output{}.*member, range); }
bool NumberOf::assign(const Term& term, Range range, OptionTarget target) const {
    return read_number(term, range, target.output().*member);
}

std::string OptionalNumberOf::accepts(Range range) const {
    return "true (" + format_number(usual) + "), false or " + range_of("a number", range);
}
bool OptionalNumberOf::assign(const Term& term, Range range, OptionTarget target) const {
    const auto truth = read_bool(term);
    if (truth) target.output().*member = *truth ? usual : 0;
    return truth || read_number(term, range, target.output().*member);
}

bool BooleanOf::assign(const Term& term, Range, OptionTarget target) const {
    const auto truth = read_bool(term);
    if (truth) target.output().*member = *truth;
    return truth.has_value();
}

bool ColourOf::assign(const Term& term, Range, OptionTarget target) const {
    const auto name = name_of(term);
    const auto colour = name ? colour_in(*name) : std::nullopt;
    if (colour) target.output().*member = *colour;
    return colour.has_value();
}
std::string ColourOf::default_text(Range) const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const Colour colour = Output{}.*member;
    std::string text = "#";
    for (const unsigned part : {colour.red, colour.green, colour.blue, colour.alpha})
        text.append({kDigits[part >> 4], kDigits[part & 15]});
    return text;
}

bool FocusOf::assign(const Term& term, Range, OptionTarget target) const {
    const auto* pair = elements(term);
    Focus focus{.given = true};
    if (pair == nullptr || pair->size() != 2) return false;
    if (!read_number((*pair)[0], {0, 1}, focus.x) || !read_number((*pair)[1], {0, 1}, focus.y)) return false;
    target.output().*member = focus;
    return true;
}

std::string RegionOf::accepts(Range range) const {
    return "{left, top, width, height}, four integers to " + format_number(range.max) +
           " (pixels) or, when one is a float, four numbers from 0 to 1 (parts of the image), width and height over 0";
}
bool RegionOf::assign(const Term& term, Range range, OptionTarget target) const {
    const auto* parts = elements(term);
    if (parts == nullptr || parts->size() != 4) return false;
    Region region{.given = true};
    region.fractions = std::ranges::any_of(*parts, [](const Term& part) { return part.as<double>() != nullptr; });
    const Range each{0, region.fractions ? 1.0 : range.max};
    double* const into[] = {&region.left, &region.top, &region.width, &region.height};
    for (std::size_t index = 0; index < 4; ++index)
        if (!read_number((*parts)[index], each, *into[index])) return false;
    if (region.width == 0 || region.height == 0) return false;
    target.output().*member = region;
    return true;
}

std::string PaddingOf::accepts(Range range) const {
    return range_of("an integer", range) + ", {vertical, horizontal} or {top, right, bottom, left}";
}
bool PaddingOf::assign(const Term& term, Range range, OptionTarget target) const {
    const auto* items = elements(term);
    const std::size_t count = items == nullptr ? 1 : items->size();
    if (count != 1 && count != 2 && count != 4) return false;
    std::array<std::int32_t, 4> sides{};
    for (std::size_t index = 0; index < count; ++index)
        if (!read_integer(items == nullptr ? term : (*items)[index], range, sides[index])) return false;
    for (std::size_t index = count; index < 4; ++index) sides[index] = sides[index % count];
    target.output().*member = {sides[0], sides[1], sides[2], sides[3]};
    return true;
}

std::string RadiusOf::accepts(Range range) const { return "circle or " + range_of("an integer", range); }
bool RadiusOf::assign(const Term& term, Range range, OptionTarget target) const {
    if (name_of(term) != "circle") return read_integer(term, range, target.output().*member);
    target.output().*member = kCircle;
    return true;
}

std::string QualityOf::accepts(Range range) const {
    return range_of("an integer", range) + " or {ssim, X} with X from 0.5 to 1";
}
bool QualityOf::assign(const Term& term, Range range, OptionTarget target) const {
    const auto* pair = elements(term);
    if (pair == nullptr) return read_integer(term, range, target.output().*level);
    return pair->size() == 2 && name_of((*pair)[0]) == "ssim" &&
           read_number((*pair)[1], {0.5, 1}, target.output().*ssim);
}

bool PathOf::assign(const Term& term, Range, OptionTarget target) const {
    const auto name = name_of(term);
    if (!name || name->empty() || name->find('\0') != std::string_view::npos) return false;
    target.request.*member = *name;
    return true;
}

bool ImageOf::assign(const Term& term, Range, OptionTarget target) const {
    auto source = read_source(term);
    // Only the source of the request can be a stream.
    if (!source || std::holds_alternative<Stream>(*source)) return false;
    target.request.*member = std::move(*source);
    return true;
}

std::string StepsOf::accepts(Range) const {
    return "a list of 1 to " + std::to_string(kMaxStepsOfOutput) +
           " of {Name, Values} or {Name, Values, Hash}: a step that was added, a list with a number for each of its "
           "parameters";
}
bool StepsOf::assign(const Term& term, Range, OptionTarget target) const {
    const List* list = term.as<List>();
    if (list == nullptr || list->items.empty() || list->items.size() > kMaxStepsOfOutput) return false;
    std::vector<RequestedStep> steps;
    for (const Term& item : list->items) {
        const auto* pair = elements(item);
        const bool fits = pair != nullptr && (pair->size() == 2 || pair->size() == 3);
        const auto name = fits ? name_of((*pair)[0]) : std::nullopt;
        const auto hash = fits ? name_of(pair->size() == 3 ? pair->back() : pair->front()) : std::nullopt;
        const List* values = name && hash ? (*pair)[1].as<List>() : nullptr;
        if (values == nullptr) return false;
        RequestedStep& step =
            steps.emplace_back(RequestedStep{std::string(*name), pair->size() == 3 ? std::string(*hash) : "",
                                             std::vector<double>(values->items.size())});
        for (std::size_t index = 0; index < values->items.size(); ++index)
            if (!read_number(values->items[index], kFinite, step.values[index])) return false;
    }
    target.request.*member = std::move(steps);
    return true;
}

std::string ChoiceOf::joined(std::string_view separator) const {
    std::string all;
    for (const std::string_view word : words) all.append(all.empty() ? "" : separator).append(word);
    return all;
}
std::string ChoiceOf::accepts(Range) const { return "one of " + joined(", "); }
bool ChoiceOf::assign(const Term& term, Range, OptionTarget target) const {
    const std::int64_t* integer = term.as<std::int64_t>();
    const std::string number = integer != nullptr ? std::to_string(*integer) : "";
    const auto name = integer != nullptr ? std::optional<std::string_view>(number) : name_of(term);
    const auto found = name ? std::ranges::find(words, *name) : words.end();
    if (found == words.end()) return false;
    set(target.output(), static_cast<std::size_t>(found - words.begin()));
    return true;
}

} // namespace thumbnailer
