#include "server/step_service.h"

#include <algorithm>

#include "os/shared_memory.h"
#include "server/reply.h"

namespace thumbnailer {

namespace {

std::size_t count_lines(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n')) + (text.ends_with('\n') ? 0 : 1);
}

} // namespace

Result<std::unique_ptr<Task>> StepService::add(Id id, const StepRequest& request) {
    unmap_unused();
    // A copy, because a mapping begins at the start of a file.
    const auto sealed = share_copy(request.translation);
    if (!sealed) return sealed.error();
    auto step = registry_.create(request.name, request.hash, request.translation.size());
    if (!step) return std::move(step).error();
    if (auto mapped = fork_server_.map_step((*step)->number, request.hash, *sealed); !mapped)
        return std::move(mapped).error();
    return Task::describing(id, std::move(*step), request.timeout_ms, config_);
}

Payload StepService::publish(const Task& task) {
    const std::shared_ptr<LoadedStep>& step = task.steps.front();
    step->description = text_of(task.made.bytes());
    step->parameters = count_lines(step->description) - 1; // the first line is the heading
    registry_.publish(step);
    return step_reply(*config_.codec, task.id, *step);
}

Result<Payload> StepService::remove(Id id, const StepRequest& request) {
    if (registry_.remove(request.name)) return removed_reply(*config_.codec, id);
    return Failure{Reason::bad_request, "there is no step \"" + request.name + "\""};
}

Payload StepService::list(Id id) const { return steps_reply(*config_.codec, id, registry_); }

void StepService::record_success(const Task& task) {
    for (const auto& step : task.steps) step->kills = 0;
}

std::optional<Payload> StepService::record_kill(LoadedStep& step) const {
    if (step.disabled || config_.disable_step_after == 0 || ++step.kills < config_.disable_step_after)
        return std::nullopt;
    step.disabled = true;
    return step_disabled_event(*config_.codec, step);
}

void StepService::unmap_unused() {
    for (const std::uint32_t number : registry_.take_unused()) fork_server_.unmap_step(number);
}

} // namespace thumbnailer
