#include "step/registry/step_registry.h"

#include <algorithm>

namespace thumbnailer {

namespace {

constexpr std::size_t kMaxReplaced = 8;

auto is_named(std::string_view name) {
    return [name](const std::shared_ptr<LoadedStep>& step) { return step->name == name; };
}

} // namespace

Failure disabled(const LoadedStep& step) {
    return {.reason = Reason::step_disabled,
            .message = "step " + step.name + " is switched off: it has ended " + std::to_string(step.kills) +
                       " workers one after the other",
            .step = step.name};
}

Result<std::shared_ptr<LoadedStep>> StepRegistry::create(std::string name, std::string hash, std::size_t bytes) {
    if (created_.size() >= kMaxSteps)
        return Failure{Reason::bad_step, "there are " + std::to_string(kMaxSteps) + " steps already"};
    auto step = std::make_shared<LoadedStep>();
    step->number = ++newest_;
    step->name = std::move(name);
    step->hash = std::move(hash);
    step->bytes = bytes;
    created_.push_back({step->number, step});
    return step;
}

void StepRegistry::publish(std::shared_ptr<LoadedStep> step) {
    const auto before = std::ranges::find_if(published_, is_named(step->name));
    if (before == published_.end()) return published_.push_back(std::move(step));
    replaced_.push_back(std::exchange(*before, std::move(step)));
    if (replaced_.size() > kMaxReplaced) replaced_.pop_front();
}

bool StepRegistry::remove(std::string_view name) {
    std::erase_if(replaced_, is_named(name));
    return std::erase_if(published_, is_named(name)) > 0;
}

std::shared_ptr<LoadedStep> StepRegistry::find(std::string_view name, std::string_view hash) const {
    const auto fits = [&](const std::shared_ptr<LoadedStep>& step) {
        return step->name == name && (hash.empty() || step->hash == hash);
    };
    const auto now = std::ranges::find_if(published_, fits);
    if (now != published_.end()) return *now;
    const auto before = hash.empty() ? replaced_.end() : std::ranges::find_if(replaced_, fits);
    return before == replaced_.end() ? nullptr : *before;
}

std::string StepRegistry::names() const {
    std::string names;
    for (const auto& step : published_) names.append(names.empty() ? "" : ", ").append(step->name);
    return names;
}

std::vector<std::uint32_t> StepRegistry::take_unused() {
    std::vector<std::uint32_t> unused;
    for (const Created& each : created_)
        if (each.step.expired()) unused.push_back(each.number);
    std::erase_if(created_, [](const Created& each) { return each.step.expired(); });
    return unused;
}

} // namespace thumbnailer
