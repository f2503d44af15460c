#include "os/open_descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

namespace thumbnailer {

namespace {

// Before Linux 5.9 there is no close_range.
bool close_listed(int first) {
    const auto close = [](DIR* folder) { ::closedir(folder); };
    const std::unique_ptr<DIR, decltype(close)> folder(::opendir("/proc/self/fd"));
    if (!folder) return false;
    std::vector<int> open;
    while (const dirent* entry = ::readdir(folder.get()))
        if (entry->d_name[0] != '.') open.push_back(std::atoi(entry->d_name));
    for (const int fd : open)
        if (fd >= first && fd != ::dirfd(folder.get())) ::close(fd);
    return !open.empty();
}

} // namespace

bool close_from(int first) {
    return ::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0 || close_listed(first);
}

Descriptor open_at_end() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    ::close(ends[1]);
    return Descriptor(ends[0]);
}

bool occupy_standard_descriptors() {
    for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        Descriptor end = open_at_end();
        if (!end) return false;
        if (end.get() == fd)
            end.release();
        else if (::dup2(end.get(), fd) != fd)
            return false;
    }
    return true;
}

long raise_descriptor_limit() {
    constexpr rlim_t kMost = 65'536; // more than can be in use; some kernels allow a thousand million
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlim_t wanted = std::max(limit.rlim_cur, std::min(limit.rlim_max, kMost));
    const rlimit raised{wanted, limit.rlim_max};
    return static_cast<long>(::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? wanted : limit.rlim_cur);
}

} // namespace thumbnailer
