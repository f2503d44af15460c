// The files of step/runtime, which are compiled with each module. They are part of this program:
// cmake/step_runtime.cmake makes the table.
#pragma once

#include <span>
#include <string_view>

namespace thumbnailer {

struct RuntimeFile {
    std::string_view name; // within step/runtime
    std::string_view text;
};

std::span<const RuntimeFile> runtime_files();

} // namespace thumbnailer
