// One step at work, by hand: this program once more, serving, as a child at the other end of two pipes. So that what
// `step run` does is what happens to a request.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "wire/frame.h"

namespace thumbnailer {

// A translation, and what it says that it is one of.
struct TranslatedStep {
    std::string hash;
    std::vector<std::byte> translation;

    // Fails with bad_step.
    static Result<TranslatedStep> of_translation(Bytes translation);
};

class ServedStep {
public:
    // Starts a program with the flags for steps of this one's. Fails with what it says to the step, or with internal.
    static Result<std::unique_ptr<ServedStep>> start(const Config& config, const TranslatedStep& step);
    ~ServedStep();
    ServedStep(const ServedStep&) = delete;
    ServedStep& operator=(const ServedStep&) = delete;

    const std::string& description() const { return description_; }
    // What the step makes of an image, as a PNG of its size.
    Result<std::string> run(Bytes image, std::span<const double> values);

private:
    ServedStep(pid_t pid, Descriptor to, Descriptor from);
    // Sends a term and waits for the next answer, of which `use` takes what it wants.
    Result<std::string> ask(const Term& term, std::string_view key);
    Result<Frame> next_frame();

    pid_t pid_;
    Descriptor to_;
    Descriptor from_;
    FrameReader reader_;
    std::string description_;
};

} // namespace thumbnailer
