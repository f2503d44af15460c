// The parsed options of one request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/output.h"
#include "job/source.h"

namespace thumbnailer {

// A step as an output asks for it.
struct RequestedStep {
    std::string name;
    std::string hash;           // of the module for which the values were checked; empty: whatever has the name
    std::vector<double> values; // of its parameters, in the order of its description
};

// One element of `outputs`: the options for the worker, and the files that the server opens for it.
struct OutputRequest {
    Output output;
    std::optional<Source> overlay;
    std::string to; // empty: into the answer
    std::vector<RequestedStep> steps;
};

struct RequestOptions {
    std::int32_t timeout_ms = 0; // 0: the program's own
    std::vector<OutputRequest> outputs;
};

} // namespace thumbnailer
