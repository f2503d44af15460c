#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "step/description/description.h"
#include "step/description/words.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

constexpr std::array<std::string_view, 5> kTypes{"number", "integer", "boolean", "colour", "choice"};

std::string written(double number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

} // namespace

std::string_view name_of(ParameterType type) { return kTypes[static_cast<std::size_t>(type)]; }

std::string StepParameter::accepted() const {
    switch (type) {
    case ParameterType::number: return "a number from " + written(least) + " to " + written(most);
    case ParameterType::integer: return "an integer from " + written(least) + " to " + written(most);
    case ParameterType::boolean: return "true or false";
    case ParameterType::colour: return "a colour such as #1d3557";
    case ParameterType::choice: return "one of " + joined(words);
    }
    return "";
}

Result<double> StepParameter::value_of(std::string_view text) const {
    std::optional<double> value;
    switch (type) {
    case ParameterType::number:
    case ParameterType::integer: value = number_in(text); break;
    case ParameterType::boolean:
        if (text == "true" || text == "false") value = text == "true" ? 1 : 0;
        break;
    case ParameterType::colour: value = colour_in(text); break;
    case ParameterType::choice:
        if (const auto word = std::ranges::find(words, text); word != words.end())
            value = static_cast<double>(word - words.begin());
        break;
    }
    const bool ranged = type == ParameterType::number || type == ParameterType::integer;
    if (value && ranged && (*value < least || *value > most)) value.reset();
    if (value && type == ParameterType::integer && *value != std::floor(*value)) value.reset();
    if (value) return *value;
    return Failure{Reason::bad_option, "parameter " + name + " is " + quote_path(text) + ", it must be " + accepted()};
}

} // namespace thumbnailer
