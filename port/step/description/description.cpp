#include "step/description/description.h"

#include <algorithm>

#include "base/utf8.h"
#include "step/description/words.h"

namespace thumbnailer {

namespace {

constexpr std::string_view kHeading = "step/1";
constexpr std::size_t kLongestVersion = 20;
constexpr std::size_t kLongestMeaning = 200;
constexpr std::size_t kMostWords = 32;
// Every integer up to here is a double.
constexpr double kMostInteger = 9007199254740992.0;

Failure bad_line(std::size_t line, const std::string& what) {
    return {Reason::bad_step, "line " + std::to_string(line) + " of the step's description: " + what};
}

bool is_meaning(std::string_view text) {
    return !text.empty() && text.size() <= kLongestMeaning &&
           std::ranges::none_of(text, [](char each) { return static_cast<unsigned char>(each) < ' ' || each == 0x7f; });
}

bool is_version(std::string_view word) {
    return !word.empty() && word.size() <= kLongestVersion &&
           std::ranges::all_of(word, [](char each) { return each > ' ' && each <= '~'; });
}

std::optional<ParameterType> type_named(std::string_view word) {
    for (const auto type : {ParameterType::number, ParameterType::integer, ParameterType::boolean,
                            ParameterType::colour, ParameterType::choice})
        if (name_of(type) == word) return type;
    return std::nullopt;
}

bool read_bounds(std::string_view range, StepParameter& parameter) {
    const std::size_t dots = range.find("..");
    if (dots == std::string_view::npos) return false;
    const auto least = number_in(range.substr(0, dots));
    const auto most = number_in(range.substr(dots + 2));
    if (!least || !most || *least > *most) return false;
    parameter.least = *least;
    parameter.most = *most;
    if (parameter.type == ParameterType::number) return true;
    const auto whole = [](double number) {
        return number >= -kMostInteger && number <= kMostInteger &&
               number == static_cast<double>(static_cast<std::int64_t>(number));
    };
    return whole(*least) && whole(*most);
}

bool read_words(std::string_view range, StepParameter& parameter) {
    for (const std::string_view word : split(range, ',')) {
        if (!is_step_name(word) || std::ranges::find(parameter.words, word) != parameter.words.end()) return false;
        parameter.words.emplace_back(word);
    }
    return parameter.words.size() <= kMostWords;
}

bool read_range(std::string_view range, StepParameter& parameter) {
    switch (parameter.type) {
    case ParameterType::number:
    case ParameterType::integer: return read_bounds(range, parameter);
    case ParameterType::choice: return read_words(range, parameter);
    default: return range == "-";
    }
}

Result<StepParameter> read_parameter(std::string_view line, std::size_t number) {
    StepParameter parameter;
    parameter.name = take_word(line);
    if (!is_step_name(parameter.name)) return bad_line(number, "the name of the parameter is not lower case");
    const auto type = type_named(take_word(line));
    if (!type) return bad_line(number, "the type is not number, integer, boolean, colour or choice");
    parameter.type = *type;
    if (!read_range(take_word(line), parameter)) return bad_line(number, "the range is none of this type");
    parameter.initial_text = take_word(line);
    const auto initial = parameter.value_of(parameter.initial_text);
    if (!initial) return bad_line(number, "the default must be " + parameter.accepted());
    parameter.initial = *initial;
    if (!is_meaning(line)) return bad_line(number, "there is no meaning of at most 200 bytes");
    parameter.meaning = line;
    return parameter;
}

Result<Done> read_heading(std::string_view line, StepDescription& description) {
    if (take_word(line) != kHeading) return bad_line(1, "it does not begin with step/1");
    description.name = take_word(line);
    description.version = take_word(line);
    description.summary = line;
    if (!is_step_name(description.name)) return bad_line(1, "the name of the step is not lower case");
    if (!is_version(description.version)) return bad_line(1, "there is no version");
    if (!is_meaning(description.summary)) return bad_line(1, "there is no summary of at most 200 bytes");
    return Done{};
}

} // namespace

Result<StepDescription> StepDescription::parse(std::string_view text) {
    if (text.size() > kMaxBytes)
        return Failure{Reason::bad_step, "the step's description has " + std::to_string(text.size()) +
                                             " bytes, at most " + std::to_string(kMaxBytes) + " are accepted"};
    if (first_fault_in_utf8(text)) return Failure{Reason::bad_step, "the step's description is not UTF-8"};
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto lines = split(text, '\n');
    StepDescription description;
    if (auto heading = read_heading(lines[0], description); !heading) return std::move(heading).error();
    for (std::size_t index = 1; index < lines.size(); ++index) {
        auto parameter = read_parameter(lines[index], index + 1);
        if (!parameter) return std::move(parameter).error();
        if (description.find(parameter->name) != nullptr) return bad_line(index + 1, "this parameter is there already");
        description.parameters.push_back(std::move(*parameter));
    }
    if (description.parameters.size() > kMaxParameters)
        return Failure{Reason::bad_step, "the step has more than " + std::to_string(kMaxParameters) + " parameters"};
    return description;
}

std::vector<double> StepDescription::defaults() const {
    std::vector<double> values;
    for (const StepParameter& parameter : parameters) values.push_back(parameter.initial);
    return values;
}

const StepParameter* StepDescription::find(std::string_view parameter) const {
    const auto found = std::ranges::find(parameters, parameter, &StepParameter::name);
    return found == parameters.end() ? nullptr : &*found;
}

} // namespace thumbnailer
