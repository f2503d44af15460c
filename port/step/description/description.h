// What a step says of itself: its name and its parameters, each with a type, a range and a default. See docs/steps.md
// for the text that it is read from, which the step's author wrote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace thumbnailer {

enum class ParameterType : std::uint8_t { number, integer, boolean, colour, choice };

std::string_view name_of(ParameterType type);

struct StepParameter {
    std::string name;
    ParameterType type = ParameterType::number;
    double least = 0; // of a number or integer
    double most = 0;
    std::vector<std::string> words; // of a choice
    double initial = 0;             // as the step gets it
    std::string initial_text;       // as its author wrote it
    std::string meaning;

    // A value as people write it, as the step gets it. Fails with bad_option: the parameter, the value, what is
    // accepted.
    Result<double> value_of(std::string_view text) const;
    // Such as "a number from 0 to 1".
    std::string accepted() const;
};

struct StepDescription {
    static constexpr std::size_t kMaxBytes = 4096;
    static constexpr std::size_t kMaxParameters = 16;

    std::string name;
    std::string version;
    std::string summary;
    std::vector<StepParameter> parameters;

    // Fails with bad_step: the line and what is wrong with it.
    static Result<StepDescription> parse(std::string_view text);

    std::vector<double> defaults() const;
    const StepParameter* find(std::string_view parameter) const;
};

} // namespace thumbnailer
