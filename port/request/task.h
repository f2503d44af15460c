// A request for a worker, with everything that was opened for it. It lives in the queue, then with one worker.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "config/config.h"
#include "job/job.h"
#include "os/file.h"
#include "request/overlays.h"
#include "request/request.h"
#include "step/registry/step_registry.h"
#include "wire/frame.h"

namespace thumbnailer {

using Clock = std::chrono::steady_clock;

struct Task {
    Id id = 0;
    Job job;
    Descriptor source;
    Descriptor result;
    // One for each output that the request asks for: why its file cannot be, which leaves it out of the job.
    std::vector<std::optional<Failure>> refused;
    std::vector<std::optional<OutputFile>> files; // one for each output of the job; empty: into the result
    Overlays overlays;
    std::vector<std::shared_ptr<LoadedStep>> steps; // of each use in the job; of describe_step the one
    Clock::time_point deadline;

    // Opens what the request names. Bytes that came in a large frame are handed on in the frame's own memory; the
    // source of a stream is still missing (see server/streams.h).
    static Result<std::unique_ptr<Task>> from(const Request& request, Frame& frame, const Config& config,
                                              const Roots& roots, const StepRegistry& steps);
    // Asks a step for its description.
    static Result<std::unique_ptr<Task>> describing(Id id, std::shared_ptr<LoadedStep> step, const Config& config);

    // Only workers that were forked after this one was mapped have all its steps; 0: every worker does.
    std::uint32_t newest_step() const;
    // One of its steps that is switched off; null when there is none.
    const LoadedStep* disabled_step() const;
    // Gives a failure the name of the step that it says it happened in.
    void name_step(Failure& failure) const;

    // How much the worker has written to the result.
    std::size_t result_size() const;
    // Whether the worker's own code could have sent this result for this task. If not, none of it is used.
    bool is_valid_result(const JobResult& job_result) const;
    bool is_valid_description(const JobResult& job_result) const;
    static Failure timed_out() { return {Reason::timeout, "the deadline passed before the thumbnail was made"}; }

    // What the worker gets beside the job: source, result, files, overlays.
    std::vector<int> descriptors() const;
};

} // namespace thumbnailer
