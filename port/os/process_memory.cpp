#include "os/process_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

namespace thumbnailer {

Descriptor open_statm(pid_t pid) {
    return Descriptor(::open(("/proc/" + std::to_string(pid) + "/statm").c_str(), O_RDONLY | O_CLOEXEC));
}

// statm: pages in all, resident, and of these shared with files or other processes.
std::int64_t private_rss(const Descriptor& statm) {
    std::array<char, 128> text{};
    if (::pread(statm.get(), text.data(), text.size() - 1, 0) <= 0) return 0;
    long long all = 0;
    long long resident = 0;
    long long shared = 0;
    if (std::sscanf(text.data(), "%lld %lld %lld", &all, &resident, &shared) != 3) return 0;
    return (resident - shared) * ::sysconf(_SC_PAGESIZE);
}

} // namespace thumbnailer
