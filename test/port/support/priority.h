// The nice values of the threads of a process.
#pragma once

#include <sys/resource.h>

#include <filesystem>
#include <string>
#include <vector>

namespace thumbnailer::test {

inline std::vector<int> nice_values(pid_t pid) {
    std::vector<int> values;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task"))
        values.push_back(::getpriority(PRIO_PROCESS, static_cast<id_t>(std::stoi(thread.path().filename()))));
    return values;
}

} // namespace thumbnailer::test
