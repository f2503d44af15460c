// Parses a client's term into a request of the protocol (docs/protocol.md).
#pragma once

#include <optional>

#include "job/options.h"
#include "request/step_request.h"

namespace thumbnailer {

enum class Op { make, probe, chunk, cancel, add_step, remove_step, steps, ping, stats };

using Id = std::int64_t;

struct Request {
    Id id = 0;
    Op op = Op::ping;
    RequestOptions options;
    Source source;                   // make and probe only; bytes borrow from the frame
    std::optional<Bytes> chunk = {}; // chunk only, likewise; nullopt: eof
    StepRequest step = {};           // of add_step and remove_step
};

// The id, if the term has one at the place of a request's id, so that an error can be sent to its caller.
std::optional<Id> read_id(const Term& term);

// Whether chunks will follow the term, even if the request is invalid.
bool announces_stream(const Term& term);

// For a request with the id of another that is not answered yet.
Failure duplicate_id(Id id);

// Fails with bad_request or bad_option.
Result<Request> read_request(const Term& term);

} // namespace thumbnailer
