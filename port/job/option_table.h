// The options, one row each: name, type, range. Adding one is a row here, a member of Output and a row of
// test/contract/options.tsv.
#pragma once

#include "job/option_fields.h"

namespace thumbnailer {

struct OptionSpec {
    std::string_view name;
    Field field;
    Range range = {};

    bool for_request() const { return std::holds_alternative<RequestIntegerOf>(field); }
};

std::span<const OptionSpec> option_table();

} // namespace thumbnailer
