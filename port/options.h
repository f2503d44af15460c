// What a caller may ask for, read from the terms that say it. The rows are in option_table.cpp;
// `thumbnailer describe options` prints them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "output.h"
#include "source.h"

namespace thumbnailer {

// One element of `outputs`: what the worker needs, and what the front opens for it.
struct OutputRequest {
    Output output;
    std::optional<Source> overlay;
    std::string to; // empty: into the answer
};

struct Spec {
    std::int32_t deadline_ms = 0; // 0: the program's own
    std::vector<OutputRequest> outputs;
};

// Reads the `Spec` of a make or probe request, whose map may hold every request option and, when
// `with_outputs`, must hold a list of outputs. Fails with bad_option.
Result<Spec> read_spec(const Term& term, bool with_outputs);

// The name as the table has it, which lives for ever; empty when no option is called so.
std::string_view option_named(std::string_view name);

// The output options that have a default and are not in `given`, as `name => default, ...` in Erlang syntax.
std::string defaults_beside(const Map& given);

// The table as tab-separated lines, as in test/contract/options.tsv.
std::string describe_options();

} // namespace thumbnailer
