// What the program answers, as terms encoded and ready to be written.
#pragma once

#include "task.h"
#include "worker.h"

namespace thumbnailer {

struct Counters {
    std::int64_t served = 0; // requests answered ok
    std::int64_t failed = 0; // requests answered with an error, the next three included
    std::int64_t crashed = 0;
    std::int64_t timed_out = 0;
    std::int64_t cancelled = 0;
    std::int64_t forked = 0; // workers started
};

struct Stats {
    Counters counters;
    std::int64_t workers = 0;
    std::int64_t busy = 0;
    std::int64_t queued = 0;
    std::int64_t streams = 0; // sources that are still arriving
};

Payload hello(const Config& config, const Posture& posture);
Payload pong(const Codec& codec, Id id);
Payload stats_reply(const Codec& codec, Id id, const Stats& stats);
Payload error_reply(const Codec& codec, std::optional<Id> id, const Failure& failure);

// Gives the files of the task their names and puts together what the worker made. Fails when the outcome is not
// one that the program's own code could have sent for this task: then nothing of it is believed.
Result<Payload> outcome_reply(const Codec& codec, Task& task, const Outcome& outcome);

} // namespace thumbnailer
