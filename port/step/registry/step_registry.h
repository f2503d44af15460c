// The steps that a client added: mapped once in the process that serves, inherited by each worker that is forked afterwards.
// A step keeps its number for ever; one that is removed stays mapped until the last task that names it is answered.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "step/image/step_image.h"

namespace thumbnailer {

struct LoadedStep {
    LoadedStep(std::uint32_t number_, std::string name_, std::string hash_, StepImage image_)
        : number(number_), name(std::move(name_)), hash(std::move(hash_)), image(std::move(image_)) {}

    std::uint32_t number; // from 1, in the order in which they were mapped
    std::string name;
    std::string hash; // SHA-256 of the module, 64 digits
    StepImage image;
    std::string description = {}; // as the step says it
    std::size_t parameters = 0;   // how many it has by that
    std::int64_t kills = 0;       // workers that it has ended, one after the other
    bool disabled = false;
};

// For requests that name a step which is switched off.
Failure disabled(const LoadedStep& step);

class StepRegistry {
public:
    static constexpr std::size_t kMaxSteps = 64;

    // Maps a translation from sealed memory. Requests cannot name it yet. Fails with bad_step: what is no translation for
    // this program, or not of the module with this hash; too many steps.
    Result<std::shared_ptr<LoadedStep>> map(std::string name, std::string hash, int sealed);
    // From now on requests can name it, in place of one of the same name.
    void publish(std::shared_ptr<LoadedStep> step);
    // False when there is none.
    bool remove(std::string_view name);

    // Null when there is none.
    std::shared_ptr<LoadedStep> find(std::string_view name) const;
    const std::vector<std::shared_ptr<LoadedStep>>& published() const { return published_; }
    // Such as "duotone, dither".
    std::string names() const;

    // In a worker: a step that was mapped before its fork. Null when there is none.
    const LoadedStep* mapped(std::uint32_t number) const;
    // The number of the last that was mapped; 0: none ever was.
    std::uint32_t newest() const { return newest_; }

private:
    std::vector<std::shared_ptr<LoadedStep>> published_;
    std::vector<std::weak_ptr<LoadedStep>> mapped_; // those that are not gone yet
    std::uint32_t newest_ = 0;
};

} // namespace thumbnailer
