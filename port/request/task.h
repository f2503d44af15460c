// A request for a worker, with everything that was opened for it. It lives in the queue, then with one worker.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "config/config.h"
#include "job/job.h"
#include "os/file.h"
#include "os/shared_memory.h"
#include "request/overlays.h"
#include "request/request.h"
#include "step/registry/step_registry.h"
#include "wire/frame.h"

namespace thumbnailer {

using Clock = std::chrono::steady_clock;

// One element of `outputs`, from its request to its answer.
struct TaskOutput {
    Output output;
    std::uint8_t overlay = 0;            // 1 + its place among the overlays; 0: none
    std::string to;                      // empty: into the answer
    StepRange steps = {};                // among the steps of the task
    std::optional<Failure> failure = {}; // why it is not made, or not written
    std::optional<OutputFile> file = {};
    std::size_t index = 0; // among the outputs of the job; has no meaning for one with a failure
};

struct Task {
    Id id = 0;
    Job job;
    Descriptor source;
    Descriptor result;
    Overlays overlays;
    std::vector<TaskOutput> outputs;
    std::vector<std::shared_ptr<LoadedStep>> steps; // of each use in the job; of describe_step the one
    KeptBytes made;                                 // what the worker made: copied, and believed
    Clock::time_point deadline;

    // Opens what the request reads. Bytes that came in a large frame are handed on in the frame's own memory; the
    // source of a stream is still missing (see server/streams.h).
    static Result<std::unique_ptr<Task>> from(const Request& request, Frame& frame, const Config& config,
                                              const Roots& roots, const StepRegistry& steps);
    // Asks a step what it is.
    static std::unique_ptr<Task> describing(Id id, std::shared_ptr<LoadedStep> step, std::int64_t timeout_ms,
                                            const Config& config);

    // Fails when nothing is left to be made.
    Result<Done> check_outputs() const;
    // Opens what is written, right before a worker gets the job: a request that waits holds no files. Fails when
    // nothing is left to be made.
    Result<Done> open_outputs(const Roots& roots);

    // Copies what the worker wrote and looks at the copy, `made`, after which the source is closed. What is wrong with
    // the result, when it is not to be believed.
    std::optional<std::string_view> take_result(const JobResult& result);

    // Only workers that were forked after this one was mapped have all its steps; 0: every worker does.
    std::uint32_t newest_step() const;
    // One of its steps that is switched off; null when there is none.
    const LoadedStep* disabled_step() const;
    // The hashes of its steps.
    std::vector<std::string_view> step_hashes() const;
    // Gives a failure the name of the step that it says it happened in.
    Failure with_step(Failure failure) const;

    // What the answer has at most, in bytes.
    std::uint64_t reply_bytes(const JobResult& result) const;
    std::size_t files_wanted() const;
    bool has_files() const; // opened
    // Memory that is given to the worker and counts as the worker's once it has looked at it.
    std::int64_t shared_bytes() const;
    // What the worker gets beside the job: source, result, overlays.
    std::vector<int> descriptors() const;

    static Failure timed_out() { return {Reason::timeout, "the deadline passed before the thumbnail was made"}; }
};

} // namespace thumbnailer
