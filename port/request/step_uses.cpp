#include "request/step_uses.h"

#include <algorithm>

#include "text/quote.h"

namespace thumbnailer {

namespace {

Failure bad_step_option(std::string why) {
    return {.reason = Reason::bad_option, .message = "step: " + std::move(why), .option = "step"};
}

Result<std::shared_ptr<LoadedStep>> find_step(const RequestedStep& request, const StepRegistry& steps) {
    const auto step = steps.find(request.name, request.hash);
    if (!step)
        return bad_step_option("there is no step " + quote_path(request.name) +
                               (request.hash.empty() ? "" : " of this hash") +
                               "; added are: " + (steps.published().empty() ? "none" : steps.names()));
    if (step->disabled) return disabled(*step);
    if (request.values.size() == step->parameters) return step;
    return bad_step_option(step->name + " has " + std::to_string(step->parameters) + " parameters, not " +
                           std::to_string(request.values.size()));
}

} // namespace

Result<Done> add_step_use(const RequestedStep& request, const StepRegistry& steps, Task& task) {
    auto step = find_step(request, steps);
    if (!step) return std::move(step).error();
    Job& job = task.job;
    const StepUse before = job.step_uses_count == 0 ? StepUse{} : job.step_uses[job.step_uses_count - 1];
    const auto first = static_cast<std::size_t>(before.first_value) + before.values;
    if (job.step_uses_count == kMaxStepUses || first + request.values.size() > kMaxStepValues)
        return bad_step_option("a request has at most " + std::to_string(kMaxStepUses) + " steps with " +
                               std::to_string(kMaxStepValues) + " values in all its outputs");
    std::ranges::copy(request.values, job.step_values.begin() + static_cast<std::ptrdiff_t>(first));
    job.step_uses[job.step_uses_count++] = {(*step)->number, static_cast<std::uint16_t>(first),
                                            static_cast<std::uint16_t>(request.values.size())};
    task.steps.push_back(std::move(*step));
    return Done{};
}

} // namespace thumbnailer
