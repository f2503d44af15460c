// Runs translated steps, in a worker. Each call gets a fresh instance: the module's memory, globals and tables are as
// at its start, and nothing of an earlier image is left.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "step/image/step_image.h"
#include "step/run/step_failure.h"
#include "step/run/step_memory.h"
#include "step/run/step_stack.h"

namespace thumbnailer {

// Rows of RGBA, 8 bits, sRGB, colours not multiplied by alpha.
struct StepPicture {
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::vector<std::uint8_t> rgba;
};

// The largest picture that a step may make, and what it may use for it.
struct StepLimits {
    std::int64_t max_memory = std::int64_t{256} << 20; // bytes
    std::int32_t max_side = 16383;
    std::int64_t max_pixels = 100'000'000;
};

class StepRunner {
public:
    explicit StepRunner(const StepLimits& limits) : limits_(limits) {}

    // The step's description, as it says it.
    std::variant<std::string, StepFailure> describe(const StepImage& image);
    // `parameters`: one for each of the description, in its order.
    std::variant<StepPicture, StepFailure> run(const StepImage& image, const StepPicture& source,
                                               std::span<const double> parameters);

private:
    struct Run;

    // Reserves what a step needs, once for all calls.
    std::optional<StepFailure> prepare(const StepImage& image);
    StepTrap call(void (*function)(void*), void* argument);
    StepHost host() const;
    std::optional<StepFailure> failure_of(const Run& run, StepTrap trap) const;
    std::string text_at(std::uint32_t address) const;
    void forget();

    StepLimits limits_;
    std::optional<StepMemory> memory_;
    std::optional<StepStack> stack_;
};

} // namespace thumbnailer
