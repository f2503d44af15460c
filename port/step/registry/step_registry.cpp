#include "step/registry/step_registry.h"

#include <algorithm>

namespace thumbnailer {

namespace {

std::string hex_of(const StepNote& note) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : note.module) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

auto named(std::string_view name) {
    return [name](const std::shared_ptr<LoadedStep>& step) { return step->name == name; };
}

} // namespace

Failure disabled(const LoadedStep& step) {
    return {.reason = Reason::step_disabled,
            .message = "step " + step.name + " is switched off: it has ended " + std::to_string(step.kills) +
                       " workers one after the other",
            .step = step.name};
}

Result<std::shared_ptr<LoadedStep>> StepRegistry::map(std::string name, std::string hash, int sealed) {
    std::erase_if(mapped_, [](const auto& step) { return step.expired(); });
    if (mapped_.size() >= kMaxSteps)
        return Failure{Reason::bad_step, "there are " + std::to_string(kMaxSteps) + " steps already"};
    auto image = StepImage::map(sealed);
    if (!image) return std::move(image).error();
    if (const std::string of = hex_of(image->note()); of != hash)
        return Failure{Reason::bad_step, "the translation is of the module " + of + ", not of " + hash};
    auto step = std::make_shared<LoadedStep>(++newest_, std::move(name), std::move(hash), std::move(*image));
    mapped_.push_back(step);
    return step;
}

void StepRegistry::publish(std::shared_ptr<LoadedStep> step) {
    remove(step->name);
    published_.push_back(std::move(step));
}

bool StepRegistry::remove(std::string_view name) { return std::erase_if(published_, named(name)) > 0; }

std::shared_ptr<LoadedStep> StepRegistry::find(std::string_view name) const {
    const auto found = std::ranges::find_if(published_, named(name));
    return found == published_.end() ? nullptr : *found;
}

std::string StepRegistry::names() const {
    std::string names;
    for (const auto& step : published_) names.append(names.empty() ? "" : ", ").append(step->name);
    return names;
}

const LoadedStep* StepRegistry::mapped(std::uint32_t number) const {
    for (const auto& each : mapped_)
        if (const auto step = each.lock(); step && step->number == number) return step.get();
    return nullptr;
}

} // namespace thumbnailer
