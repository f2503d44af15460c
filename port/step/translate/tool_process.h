// Runs one tool, or one function of ours, in a confined child of its own, and waits for it.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "step/translate/tool_sandbox.h"

namespace thumbnailer {

struct ToolRun {
    bool exited = false; // else `signal` ended it, or the clock
    int status = 0;
    int signal = 0;
    bool timed_out = false;
    std::string output; // of stdout and stderr, its first 4 KiB

    bool succeeded() const { return exited && status == 0; }
    // Such as "signal 11" or "status 1".
    std::string ending() const;
};

class ToolProcess {
public:
    // `folder`: where the tool works, and the only place where it can write.
    // `until`: when the last of its tools is ended at the latest.
    using Clock = std::chrono::steady_clock;
    explicit ToolProcess(std::string folder, ToolLimits limits = {}, Clock::time_point until = Clock::time_point::max())
        : folder_(std::move(folder)), limits_(limits), until_(until) {}

    // Fails with internal when there can be no child, or no sandbox around it.
    Result<ToolRun> run(const std::vector<std::string>& command) const;
    // The function's result is the child's exit status.
    Result<ToolRun> run(const std::function<int()>& function) const;

private:
    std::string folder_;
    ToolLimits limits_;
    Clock::time_point until_;
};

} // namespace thumbnailer
