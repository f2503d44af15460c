// Parses the options of a request. The rows are in job/option_table.cpp; `thumbnailer describe options` prints them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/term.h"
#include "job/request_options.h"

namespace thumbnailer {

// Parses the options of a make or probe request: a map of request options, and with `with_outputs` also a list of
// outputs. Fails with bad_option.
Result<RequestOptions> read_request_options(const Term& term, bool with_outputs);

// The name from the table, a static string; empty if there is no such option.
std::string_view option_named(std::string_view name);

// The defaults of the output options in `names` that are not in `given`, as `name => default, ...`.
std::string defaults_beside(const Map& given, std::span<const std::string_view> names);

// The table as tab-separated lines, as in test/contract/options.tsv.
std::string describe_options();

} // namespace thumbnailer
