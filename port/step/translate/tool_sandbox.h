// What a tool can still do that reads a module of somebody else: compute, read its own program and libraries, and make
// files in one folder. It cannot connect, trace, start another program or another process, nor go on for ever.
#pragma once

#include <string>

namespace thumbnailer {

struct ToolLimits {
    int seconds = 60; // of processor time; twice that by the clock
    std::size_t memory_bytes = std::size_t{1} << 30;
    std::size_t file_bytes = std::size_t{64} << 20;
    int descriptors = 64;
};

// Whether this host offers what enter_tool_sandbox needs: without it nothing is translated.
bool has_tool_sandbox();

// For the calling process, in a child that has one thread. `folder`: where the tool works. False when a layer is
// missing, and then the tool must not run.
bool enter_tool_sandbox(const std::string& folder, const ToolLimits& limits);

} // namespace thumbnailer
