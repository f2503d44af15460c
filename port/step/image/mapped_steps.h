// The translations that are mapped in this process, by their number: in the process that forks workers, which runs
// nothing of them, and by inheritance in each worker that it forked afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "step/image/step_image.h"

namespace thumbnailer {

class MappedSteps {
public:
    // `hash`: SHA-256 of the module that this must be a translation of, 64 digits. Fails with bad_step or internal.
    Result<Done> map(std::uint32_t number, std::string_view hash, int sealed);
    void unmap(std::uint32_t number) { images_.erase(number); }
    // Null when there is none of this number.
    const StepImage* find(std::uint32_t number) const;

private:
    std::map<std::uint32_t, StepImage> images_;
};

} // namespace thumbnailer
