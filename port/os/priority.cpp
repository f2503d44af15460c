#include "os/priority.h"

#include <sys/resource.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string>

namespace thumbnailer {

// A nice value is that of a thread: setpriority(2), "C library/kernel differences".
bool lower_priority(pid_t pid, int steps) {
    errno = 0;
    const int own = ::getpriority(PRIO_PROCESS, 0);
    if (own == -1 && errno != 0) return false;

    bool all = true;
    std::error_code error;
    std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task", error);
    for (; !error && threads != std::filesystem::directory_iterator(); threads.increment(error)) {
        const std::string name = threads->path().filename();
        id_t thread = 0; // which would be this process itself
        if (std::from_chars(name.data(), name.data() + name.size(), thread).ec != std::errc() || thread == 0)
            all = false;
        else if (::setpriority(PRIO_PROCESS, thread, own + steps) != 0 && errno != ESRCH) // not one that has ended
            all = false;
    }
    return all && !error;
}

} // namespace thumbnailer
