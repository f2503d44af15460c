#include "job/options.h"

#include <algorithm>

#include "job/format.h"
#include "job/option_table.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

Failure unknown_option(const Term& key, bool for_request, bool with_outputs) {
    std::string names = with_outputs && for_request ? "outputs" : "";
    for (const OptionSpec& spec : option_table())
        if (spec.for_request() == for_request) names.append(names.empty() ? "" : ", ").append(spec.name);
    return {Reason::bad_option, "unknown option " + quote(key) + ": accepted here are " + names};
}

Failure bad_option(std::string_view name, std::string_view why) {
    return {.reason = Reason::bad_option,
            .message = std::string(name) + ": " + std::string(why),
            .option = option_named(name)};
}

Result<Done> read_option(const Term& key, const Term& value, RequestOptions& request, OutputRequest* output,
                         bool with_outputs) {
    const bool for_request = output == nullptr;
    const auto name = name_of(key);
    const auto row = std::ranges::find_if(
        option_table(), [&](const OptionSpec& spec) { return name == spec.name && spec.for_request() == for_request; });
    if (row == option_table().end()) return unknown_option(key, for_request, with_outputs);
    OutputRequest unused;
    const OptionTarget target{request, for_request ? unused : *output};
    if (std::visit([&](const auto& field) { return field.assign(value, row->range, target); }, row->field))
        return Done{};
    const std::string accepted = std::visit([&](const auto& field) { return field.accepts(row->range); }, row->field);
    return bad_option(row->name, quote(value) + " is not accepted; it takes " + accepted);
}

// Contradictory options: one of them would have to be ignored.
Result<Done> check_together(const OutputRequest& request) {
    const Output& output = request.output;
    if (output.width == 0 && output.height == 0)
        return bad_option("width", "missing; an output needs width, height or both");
    const bool placed = output.gravity != Gravity::centre;
    const bool chosen = output.crop != Crop::centre;
    if (output.focus.given && (placed || chosen)) return bad_option("focus", "takes the place of gravity and crop");
    if (placed && chosen) return bad_option("crop", "attention and entropy take the place of gravity");
    if (output.animated && output.page != 0) return bad_option("page", "animated takes its place");
    if (!request.steps.empty() && output.profile != Profile::srgb)
        return bad_option("profile", "a step works on sRGB, so with step it is srgb");
    if (!request.steps.empty() && output.bit_depth == BitDepth::sixteen)
        return bad_option("bit_depth", "a step works on 8 bits, so with step it is not 16");
    if (output.lossless && output.near_lossless) return bad_option("near_lossless", "takes the place of lossless");
    return Done{};
}

Result<OutputRequest> read_output(const Term& term, RequestOptions& request) {
    const Map* map = term.as<Map>();
    if (map == nullptr) return Failure{Reason::bad_option, "outputs: " + quote(term) + " is not a map of options"};
    OutputRequest output;
    for (const auto& [key, value] : map->pairs)
        if (auto read = read_option(key, value, request, &output, false); !read) return std::move(read).error();
    if (auto sound = check_together(output); !sound) return std::move(sound).error();
    const auto is_format = [](const auto& pair) { return name_of(pair.first) == "format"; };
    if (output.to.empty() || std::ranges::any_of(map->pairs, is_format)) return output;
    const auto target = target_of_path(output.to);
    if (!target)
        return bad_option("to", "the suffix of " + quote_path(output.to) +
                                    " is that of no format that is written; it takes " + saved_suffixes() +
                                    ", a name without a suffix, or the option format beside it");
    output.output.format = *target;
    return output;
}

Result<Done> read_outputs(const Term& term, RequestOptions& request) {
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

} // namespace

Result<RequestOptions> read_request_options(const Term& term, bool with_outputs) {
    const Map* map = term.as<Map>();
    if (map == nullptr) return Failure{Reason::bad_option, "the options: " + quote(term) + " is not a map of options"};
    RequestOptions options;
    bool has_outputs = false;
    for (const auto& [key, value] : map->pairs) {
        const bool outputs = with_outputs && name_of(key) == "outputs";
        has_outputs = has_outputs || outputs;
        auto read = outputs ? read_outputs(value, options) : read_option(key, value, options, nullptr, with_outputs);
        if (!read) return std::move(read).error();
    }
    if (with_outputs && !has_outputs)
        return Failure{Reason::bad_option,
                       "outputs: missing; a list of 1 to " + std::to_string(kMaxOutputs) + " maps is needed"};
    return options;
}

std::string_view option_named(std::string_view name) {
    const auto row = std::ranges::find(option_table(), name, &OptionSpec::name);
    return row == option_table().end() ? std::string_view() : row->name;
}

std::string defaults_beside(const Map& given, std::span<const std::string_view> names) {
    std::string defaults;
    for (const OptionSpec& spec : option_table()) {
        const bool chosen =
            std::ranges::any_of(given.pairs, [&](const auto& pair) { return name_of(pair.first) == spec.name; });
        const std::string value =
            std::visit([&](const auto& field) { return field.default_text(spec.range); }, spec.field);
        if (chosen || std::ranges::find(names, spec.name) == names.end()) continue;
        defaults.append(defaults.empty() ? "" : ", ").append(spec.name).append(" => ").append(value);
    }
    return defaults;
}

std::string describe_options() {
    std::string table = "name\tscope\ttype\tmin\tmax\tdefault\tchoices\n";
    for (const OptionSpec& spec : option_table()) {
        const bool ranged = spec.range.max != 0;
        const ChoiceOf* choice = std::get_if<ChoiceOf>(&spec.field);
        const auto type = [](const auto& field) { return std::string(field.kType); };
        const auto default_text = [&](const auto& field) { return field.default_text(spec.range); };
        for (const std::string& cell :
             {std::string(spec.name), std::string(spec.for_request() ? "request" : "output"),
              std::visit(type, spec.field), ranged ? format_number(spec.range.min) : "-",
              ranged ? format_number(spec.range.max) : "-", std::visit(default_text, spec.field)})
            table.append(cell).append("\t");
        table.append(choice != nullptr ? choice->joined(",") : "-").append("\n");
    }
    return table;
}

} // namespace thumbnailer
