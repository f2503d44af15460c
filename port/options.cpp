#include "options.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <variant>

#include "quote.h"

namespace thumbnailer {

namespace {

using Names = std::span<const std::string_view>;

struct IntegerOf {
    std::int32_t Output::*member;
};
struct RequestIntegerOf {
    std::int32_t Spec::*member;
};
struct BooleanOf {
    bool Output::*member;
};
struct ColourOf {
    Colour Output::*member;
};
struct PathOf {
    std::string OutputRequest::*member;
};
struct ChoiceOf {
    void (*set)(Output&, std::size_t);
    std::size_t (*get)(const Output&);
    Names names;
};
using Field = std::variant<IntegerOf, RequestIntegerOf, BooleanOf, ColourOf, PathOf, ChoiceOf>;

template <auto Member>
constexpr ChoiceOf choice_of(Names names) {
    using Enum = std::remove_cvref_t<decltype(std::declval<Output>().*Member)>;
    return {[](Output& output, std::size_t index) { output.*Member = static_cast<Enum>(index); },
            [](const Output& output) { return static_cast<std::size_t>(output.*Member); }, names};
}

// In the order of the enums.
constexpr std::array<std::string_view, 5> kFits{"inside", "cover", "contain", "fill", "outside"};
constexpr std::array<std::string_view, 6> kTargets{"auto", "jpeg", "png", "webp", "avif", "gif"};

struct OptionSpec {
    std::string_view name;
    Field field;
    std::int32_t min = 0;
    std::int32_t max = 0;
};

constexpr std::array kOptions{
    OptionSpec{"deadline", RequestIntegerOf{&Spec::deadline_ms}, 1, 3'600'000},
    OptionSpec{"width", IntegerOf{&Output::width}, 1, kMaxSide},
    OptionSpec{"height", IntegerOf{&Output::height}, 1, kMaxSide},
    OptionSpec{"fit", choice_of<&Output::fit>(kFits)},
    OptionSpec{"enlarge", BooleanOf{&Output::enlarge}},
    OptionSpec{"format", choice_of<&Output::format>(kTargets)},
    OptionSpec{"quality", IntegerOf{&Output::quality}, 1, 100},
    OptionSpec{"background", ColourOf{&Output::background}},
    OptionSpec{"to", PathOf{&OutputRequest::to}},
};

bool is_for_request(const OptionSpec& spec) { return std::holds_alternative<RequestIntegerOf>(spec.field); }

std::string join(Names names, std::string_view separator) {
    std::string all;
    for (const std::string_view name : names) all.append(all.empty() ? "" : separator).append(name);
    return all;
}

std::string hex(Colour colour) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "#";
    for (const unsigned part : {colour.red, colour.green, colour.blue, colour.alpha})
        text.append({kDigits[part >> 4], kDigits[part & 15]});
    return text;
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

std::string range_of(const OptionSpec& spec) {
    return "an integer from " + std::to_string(spec.min) + " to " + std::to_string(spec.max);
}

// The two halves of a row that depend on its type: what it accepts in words, and how a term becomes a value.
struct Accepted {
    const OptionSpec& spec;
    std::string operator()(const IntegerOf&) const { return range_of(spec); }
    std::string operator()(const RequestIntegerOf&) const { return range_of(spec); }
    std::string operator()(const BooleanOf&) const { return "true or false"; }
    std::string operator()(const ColourOf&) const { return "a colour, #rrggbb or #rrggbbaa"; }
    std::string operator()(const PathOf&) const { return "a path, not empty and without NUL bytes"; }
    std::string operator()(const ChoiceOf& choice) const { return "one of " + join(choice.names, ", "); }
};

struct Assign {
    const OptionSpec& spec;
    const Term& term;
    Spec& request;
    OutputRequest& output;

    bool operator()(const IntegerOf& field) const { return integer(output.output.*field.member); }
    bool operator()(const RequestIntegerOf& field) const { return integer(request.*field.member); }
    bool operator()(const BooleanOf& field) const {
        const Atom* atom = term.as<Atom>();
        if (atom == nullptr || (atom->name != "true" && atom->name != "false")) return false;
        output.output.*field.member = atom->name == "true";
        return true;
    }
    bool operator()(const ColourOf& field) const {
        const auto name = name_of(term);
        const auto colour = name ? colour_in(*name) : std::nullopt;
        if (colour) output.output.*field.member = *colour;
        return colour.has_value();
    }
    bool operator()(const PathOf& field) const {
        const auto name = name_of(term);
        if (!name || name->empty() || name->find('\0') != std::string_view::npos) return false;
        output.*field.member = *name;
        return true;
    }
    bool operator()(const ChoiceOf& choice) const {
        const auto name = name_of(term);
        const auto found = name ? std::ranges::find(choice.names, *name) : choice.names.end();
        if (found == choice.names.end()) return false;
        choice.set(output.output, static_cast<std::size_t>(found - choice.names.begin()));
        return true;
    }

private:
    bool integer(std::int32_t& into) const {
        const std::int64_t* value = term.as<std::int64_t>();
        if (value == nullptr || *value < spec.min || *value > spec.max) return false;
        into = static_cast<std::int32_t>(*value);
        return true;
    }
};

Failure unknown_option(const Term& key, bool for_request, bool with_outputs) {
    std::string names = with_outputs && for_request ? "outputs" : "";
    for (const OptionSpec& spec : kOptions)
        if (is_for_request(spec) == for_request) names.append(names.empty() ? "" : ", ").append(spec.name);
    return {Reason::bad_option, "unknown option " + quote(key) + ": accepted here are " + names};
}

Result<Done> read_option(const Term& key, const Term& value, Spec& request, OutputRequest* output, bool with_outputs) {
    const bool for_request = output == nullptr;
    const auto name = name_of(key);
    const auto row = std::ranges::find_if(
        kOptions, [&](const OptionSpec& spec) { return name == spec.name && is_for_request(spec) == for_request; });
    if (row == kOptions.end()) return unknown_option(key, for_request, with_outputs);
    OutputRequest unused;
    if (std::visit(Assign{*row, value, request, for_request ? unused : *output}, row->field)) return Done{};
    return Failure{.reason = Reason::bad_option,
                   .message = std::string(row->name) + ": " + quote(value) + " is not accepted; it takes " +
                              std::visit(Accepted{*row}, row->field),
                   .option = row->name};
}

Result<OutputRequest> read_output(const Term& term, Spec& request) {
    const Map* map = term.as<Map>();
    if (map == nullptr) return Failure{Reason::bad_option, "outputs: " + quote(term) + " is not a map of options"};
    OutputRequest output;
    for (const auto& [key, value] : map->pairs)
        if (auto read = read_option(key, value, request, &output, false); !read) return std::move(read).error();
    if (output.output.width == 0 && output.output.height == 0)
        return Failure{.reason = Reason::bad_option,
                       .message = "width: missing; an output needs width, height or both",
                       .option = "width"};
    return output;
}

Result<Done> read_outputs(const Term& term, Spec& request) {
    const List* list = term.as<List>();
    if (list == nullptr || list->items.empty() || list->items.size() > kMaxOutputs)
        return Failure{Reason::bad_option,
                       "outputs: " + quote(term) + " is not a list of 1 to " + std::to_string(kMaxOutputs) + " maps"};
    for (const Term& item : list->items) {
        auto output = read_output(item, request);
        if (!output) return std::move(output).error();
        request.outputs.push_back(std::move(*output));
    }
    return Done{};
}

struct TypeName {
    std::string_view operator()(const IntegerOf&) const { return "integer"; }
    std::string_view operator()(const RequestIntegerOf&) const { return "integer"; }
    std::string_view operator()(const BooleanOf&) const { return "boolean"; }
    std::string_view operator()(const ColourOf&) const { return "colour"; }
    std::string_view operator()(const PathOf&) const { return "path"; }
    std::string_view operator()(const ChoiceOf&) const { return "choice"; }
};

// The default as the struct holds it; what has none is a dash.
struct DefaultOf {
    std::string operator()(const IntegerOf& field) const { return or_dash(Output{}.*field.member); }
    std::string operator()(const RequestIntegerOf& field) const { return or_dash(Spec{}.*field.member); }
    std::string operator()(const BooleanOf& field) const { return Output{}.*field.member ? "true" : "false"; }
    std::string operator()(const ColourOf& field) const { return hex(Output{}.*field.member); }
    std::string operator()(const PathOf&) const { return "-"; }
    std::string operator()(const ChoiceOf& choice) const { return std::string(choice.names[choice.get(Output{})]); }

private:
    static std::string or_dash(std::int32_t value) { return value == 0 ? "-" : std::to_string(value); }
};

} // namespace

Result<Spec> read_spec(const Term& term, bool with_outputs) {
    const Map* map = term.as<Map>();
    if (map == nullptr) return Failure{Reason::bad_option, "the spec: " + quote(term) + " is not a map of options"};
    Spec spec;
    bool has_outputs = false;
    for (const auto& [key, value] : map->pairs) {
        const bool outputs = with_outputs && name_of(key) == "outputs";
        has_outputs = has_outputs || outputs;
        auto read = outputs ? read_outputs(value, spec) : read_option(key, value, spec, nullptr, with_outputs);
        if (!read) return std::move(read).error();
    }
    if (with_outputs && !has_outputs)
        return Failure{Reason::bad_option,
                       "outputs: missing; a list of 1 to " + std::to_string(kMaxOutputs) + " maps is needed"};
    return spec;
}

std::string defaults_beside(const Map& given) {
    std::string defaults;
    for (const OptionSpec& spec : kOptions) {
        const bool chosen =
            std::ranges::any_of(given.pairs, [&](const auto& pair) { return name_of(pair.first) == spec.name; });
        const std::string value = std::visit(DefaultOf{}, spec.field);
        if (is_for_request(spec) || chosen || value == "-") continue;
        defaults.append(defaults.empty() ? "" : ", ").append(spec.name).append(" => ").append(value);
    }
    return defaults;
}

std::string describe_options() {
    std::string table = "name\tscope\ttype\tmin\tmax\tdefault\tchoices\n";
    for (const OptionSpec& spec : kOptions) {
        const bool ranged = spec.max != 0;
        const ChoiceOf* choice = std::get_if<ChoiceOf>(&spec.field);
        for (const std::string& cell :
             {std::string(spec.name), std::string(is_for_request(spec) ? "request" : "output"),
              std::string(std::visit(TypeName{}, spec.field)), ranged ? std::to_string(spec.min) : "-",
              ranged ? std::to_string(spec.max) : "-", std::visit(DefaultOf{}, spec.field)})
            table.append(cell).append("\t");
        table.append(choice != nullptr ? join(choice->names, ",") : "-").append("\n");
    }
    return table;
}

} // namespace thumbnailer
