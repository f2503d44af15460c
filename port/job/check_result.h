// Whether a result may be believed. A worker may be in the hands of an attacker, so that nothing of a JobResult is used
// before the program's own code could have sent it for this job: the right job, a format and sides that the job allows,
// outputs that fill the memory without a gap or an overlap, reasons and words that a worker has to say.
//
// check_result() before the memory is read, check_contents() on a copy that the worker cannot change.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "job/job.h"

namespace thumbnailer {

// The memory that the worker wrote its outputs to.
struct ResultMemory {
    std::uint64_t size = 0;
    std::uint64_t allocated = 0; // bytes of pages behind it; fewer than `size` when it has holes
};

// What is wrong with it, for people; nothing when it may be believed as far as numbers go. Without this, no offset and
// no size of a result is used.
std::optional<std::string_view> check_result(const JobResult& result, const Job& job, const ResultMemory& memory);

// Likewise of the bytes: each output begins as its format does, each placeholder is one of the kind that was asked for.
std::optional<std::string_view> check_contents(const JobResult& result, const Job& job, Bytes memory);

// The reasons that the code of a worker has for a failure. All others are the server's to give.
bool is_workers_reason(Reason reason);

} // namespace thumbnailer
