// What the program answers, as terms encoded and ready to be written.
#pragma once

#include "pool/worker_pool.h"
#include "request/task.h"
#include "sandbox/sandbox.h"
#include "server/log.h"

namespace thumbnailer {

struct Counters {
    std::int64_t served = 0; // requests answered ok
    std::int64_t failed = 0; // requests answered with an error, the next three included
    std::int64_t crashed = 0;
    std::int64_t timed_out = 0;
    std::int64_t cancelled = 0;
};

struct Stats {
    Counters counters;
    std::int64_t workers = 0;
    std::int64_t busy = 0;
    std::int64_t queued = 0;
    std::int64_t streams = 0; // sources that are still arriving
    std::int64_t forked = 0;  // workers started
    // Bytes, see os/process_usage.h.
    std::int64_t server_memory = 0;
    std::int64_t worker_memory = 0;
};

Payload pong(const Codec& codec, Id id);
Payload stats_reply(const Codec& codec, Id id, const Stats& stats);
// A frame of --events; it answers no request.
Payload event_frame(const Codec& codec, const WorkerEvent& event);
// A frame of --log-events; it may come before the hello.
Payload log_event(const Codec& codec, const LogLine& line);
// That a step was switched off: said whether events were asked for or not, because it was this client that added the
// step.
Payload step_disabled_event(const Codec& codec, const LoadedStep& step);
Payload step_reply(const Codec& codec, Id id, const LoadedStep& step);
Payload removed_reply(const Codec& codec, Id id);
Payload steps_reply(const Codec& codec, Id id, const StepRegistry& steps);
Payload error_reply(const Codec& codec, std::optional<Id> id, const Failure& failure);

// Gives the files of the task their names and puts together what the worker made. The task has taken the result, and
// its files are written.
Payload result_reply(const Codec& codec, Task& task, const JobResult& job_result);

} // namespace thumbnailer
