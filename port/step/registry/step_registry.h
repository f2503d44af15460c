// What the server knows of the steps that its client added; their code is mapped elsewhere, see
// step/image/mapped_steps.h. A step keeps its number for ever, and stays mapped until the last task that names it is
// answered.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace thumbnailer {

struct LoadedStep {
    std::uint32_t number = 0; // from 1, in the order in which they were added
    std::string name;
    std::string hash;           // SHA-256 of the module, 64 digits
    std::size_t bytes = 0;      // of the translation
    std::string description;    // as the step says it
    std::size_t parameters = 0; // how many it has by that
    std::int64_t kills = 0;     // workers that it has ended, one after the other
    bool disabled = false;
};

// For requests that name a step which is switched off.
Failure disabled(const LoadedStep& step);

class StepRegistry {
public:
    static constexpr std::size_t kMaxSteps = 64;

    // A step with the next number, which requests cannot name yet. Fails with bad_step when there are too many.
    Result<std::shared_ptr<LoadedStep>> create(std::string name, std::string hash, std::size_t bytes);
    // From now on requests can name it, in place of one of the same name. That one is still found by its hash: a
    // request that was made for it may be on its way.
    void publish(std::shared_ptr<LoadedStep> step);
    // False when there is none.
    bool remove(std::string_view name);

    // Null when there is none. `hash`: empty for whatever has the name now.
    std::shared_ptr<LoadedStep> find(std::string_view name, std::string_view hash) const;
    const std::vector<std::shared_ptr<LoadedStep>>& published() const { return published_; }
    // Such as "duotone, dither".
    std::string names() const;

    // The number of the last that was created; 0: none ever was.
    std::uint32_t newest() const { return newest_; }
    // The numbers of those that nobody needs any more, each once.
    std::vector<std::uint32_t> take_unused();

private:
    struct Created {
        std::uint32_t number;
        std::weak_ptr<LoadedStep> step;
    };
    std::vector<std::shared_ptr<LoadedStep>> published_;
    std::deque<std::shared_ptr<LoadedStep>> replaced_; // oldest first
    std::vector<Created> created_;                     // those that are not unused yet
    std::uint32_t newest_ = 0;
};

} // namespace thumbnailer
