#include "os/priority.h"

#include <sys/resource.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string>

namespace thumbnailer {

namespace {

// A thread that has ended meanwhile needs nothing more. Thread 0 would be this process itself.
bool raise_nice_value(const std::string& name, int value) {
    id_t thread = 0;
    const bool read = std::from_chars(name.data(), name.data() + name.size(), thread).ec == std::errc() && thread != 0;
    return read && (::setpriority(PRIO_PROCESS, thread, value) == 0 || errno == ESRCH);
}

} // namespace

// A nice value is that of a thread: setpriority(2), "C library/kernel differences".
bool lower_priority(pid_t pid, int steps) {
    errno = 0;
    const int own = ::getpriority(PRIO_PROCESS, 0);
    if (own == -1 && errno != 0) return false;

    bool all = true;
    std::error_code error;
    std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task", error);
    for (; !error && threads != std::filesystem::directory_iterator(); threads.increment(error))
        all = raise_nice_value(threads->path().filename(), own + steps) && all;
    return all && !error;
}

} // namespace thumbnailer
