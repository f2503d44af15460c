// Steps that a client adds to this program and takes away again.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "base/term.h"

namespace thumbnailer {

struct StepRequest {
    std::string name;
    std::string hash;       // of add_step: SHA-256 of the module, 64 digits
    Bytes translation = {}; // of add_step: borrows from the frame
};

// Reads what stands behind the id: #{name => Name, hash => Hash}, {bytes, Binary} of add_step, Name of remove_step. A name is
// a lower case letter, then lower case letters, digits and underscores, at most 32. Fails with bad_request.
Result<StepRequest> read_step_request(std::span<const Term> items);

} // namespace thumbnailer
