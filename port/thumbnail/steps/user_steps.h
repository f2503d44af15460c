// The steps that a client added, as the worker runs them on a picture that is being made: after effects, before canvas,
// overlay and round. One object for the life of a worker.
#pragma once

#include <span>
#include <vips/vips8>

#include "base/result.h"
#include "job/job.h"
#include "step/image/mapped_steps.h"
#include "step/registry/step_progress.h"
#include "step/run/step_runner.h"

namespace thumbnailer {

class UserSteps {
public:
    UserSteps(const MappedSteps& steps, const StepProgress& progress) : steps_(steps), progress_(progress) {}

    // The steps of output `index`, one after the other. Fails with step_refused or step_failed, and then the failure
    // says which use of a step it was. May throw vips::VError.
    Result<vips::VImage> apply(const vips::VImage& picture, const Job& job, std::size_t index);
    // What the step that the job names says of itself.
    Result<std::string> describe(const Job& job);

private:
    Result<StepPicture> run(const StepPicture& source, const Job& job, std::uint32_t use);
    void set_limits(const Limits& limits);

    const MappedSteps& steps_;
    const StepProgress& progress_;
    std::optional<StepRunner> runner_;
};

} // namespace thumbnailer
