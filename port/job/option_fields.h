// The types of options. Each describes the accepted values in words, converts a term to a value of the request, and
// prints the default of the structs. A new type of value is a new struct here.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "job/request_options.h"

namespace thumbnailer {

struct Range {
    double min = 0;
    double max = 0; // 0: no range
};

// The structs that options are stored in.
struct OptionTarget {
    RequestOptions& options;
    OutputRequest& request;
    Output& output() const { return request.output; }
};

struct IntegerOf {
    static constexpr std::string_view kType = "integer";
    std::int32_t Output::*member;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range range) const;
};

struct RequestIntegerOf {
    static constexpr std::string_view kType = "integer";
    std::int32_t RequestOptions::*member;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range range) const;
};

// An integer or a float.
struct NumberOf {
    static constexpr std::string_view kType = "number";
    double Output::*member;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range range) const;
};

// A number, false for 0, or true for the default number.
struct OptionalNumberOf {
    static constexpr std::string_view kType = "amount";
    double Output::*member;
    double usual;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "false"; }
};

struct BooleanOf {
    static constexpr std::string_view kType = "boolean";
    bool Output::*member;
    std::string accepts(Range) const { return "true or false"; }
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return Output{}.*member ? "true" : "false"; }
};

struct ColourOf {
    static constexpr std::string_view kType = "colour";
    Colour Output::*member;
    std::string accepts(Range) const { return "a colour, #rrggbb or #rrggbbaa"; }
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range range) const;
};

struct FocusOf {
    static constexpr std::string_view kType = "focus";
    Focus Output::*member;
    std::string accepts(Range) const { return "{x, y}, two numbers from 0 to 1"; }
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "-"; }
};

struct RegionOf {
    static constexpr std::string_view kType = "region";
    Region Output::*member;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "-"; }
};

// As in CSS: one number, two for vertical and horizontal, or four for top, right, bottom, left.
struct PaddingOf {
    static constexpr std::string_view kType = "padding";
    Padding Output::*member;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "0"; }
};

struct RadiusOf {
    static constexpr std::string_view kType = "radius";
    std::int32_t Output::*member;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "-"; }
};

struct QualityOf {
    static constexpr std::string_view kType = "quality";
    std::int32_t Output::*level;
    double Output::*ssim;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "-"; }
};

struct PathOf {
    static constexpr std::string_view kType = "path";
    std::string OutputRequest::*member;
    std::string accepts(Range) const { return "a path, not empty and without NUL bytes"; }
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "-"; }
};

struct ImageOf {
    static constexpr std::string_view kType = "image";
    std::optional<Source> OutputRequest::*member;
    std::string accepts(Range) const { return "{bytes, Binary} or {path, Binary}"; }
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "-"; }
};

// Steps that a client added, with the values of their parameters: one after the other.
struct StepsOf {
    static constexpr std::string_view kType = "steps";
    std::vector<RequestedStep> OutputRequest::*member;
    std::string accepts(Range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return "-"; }
};

// One of several words; a word that is a number may also be given as an integer.
struct ChoiceOf {
    static constexpr std::string_view kType = "choice";
    void (*set)(Output&, std::size_t);
    std::size_t (*get)(const Output&);
    std::span<const std::string_view> words;
    std::string accepts(Range range) const;
    bool assign(const Term& term, Range range, OptionTarget target) const;
    std::string default_text(Range) const { return std::string(words[get(Output{})]); }
    std::string joined(std::string_view separator) const;
};

template <auto Member>
constexpr ChoiceOf choice_of(std::span<const std::string_view> words) {
    using Enum = std::remove_cvref_t<decltype(std::declval<Output>().*Member)>;
    return {[](Output& output, std::size_t index) { output.*Member = static_cast<Enum>(index); },
            [](const Output& output) { return static_cast<std::size_t>(output.*Member); }, words};
}

using Field = std::variant<IntegerOf, RequestIntegerOf, NumberOf, OptionalNumberOf, BooleanOf, ColourOf, FocusOf,
                           RegionOf, PaddingOf, RadiusOf, QualityOf, PathOf, ImageOf, StepsOf, ChoiceOf>;

// Prints a number for the tables, with no more digits than necessary.
std::string format_number(double number);

} // namespace thumbnailer
