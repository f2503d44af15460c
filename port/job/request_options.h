// The options of one request, as read from its terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/output.h"
#include "job/source.h"

namespace thumbnailer {

// One element of `outputs`: what the worker needs, and what the server opens for it.
struct OutputRequest {
    Output output;
    std::optional<Source> overlay;
    std::string to; // empty: into the answer
};

struct RequestOptions {
    std::int32_t timeout_ms = 0; // 0: the program's own
    std::vector<OutputRequest> outputs;
};

} // namespace thumbnailer
