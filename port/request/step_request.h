// Steps that a client adds to this program and takes away again.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "base/term.h"

namespace thumbnailer {

struct StepRequest {
    std::string name;
    std::string hash;            // of add_step: SHA-256 of the module, 64 digits
    std::int64_t timeout_ms = 0; // of add_step; 0: the program's own
    Bytes translation = {};      // of add_step: borrows from the frame
};

// Reads what stands behind the id: #{name => Name, hash => Hash, timeout => Milliseconds}, {bytes, Binary} of add_step,
// where timeout may be missing, Name of remove_step. A name is a lower case letter, then lower case letters, digits and
// underscores, at most 32. Fails with bad_request.
Result<StepRequest> read_step_request(std::span<const Term> items);

} // namespace thumbnailer
