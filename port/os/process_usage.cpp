#include "os/process_usage.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace thumbnailer {

namespace {

constexpr std::array<std::string_view, 4> kMemory{"\nRssAnon:", "\nRssShmem:", "\nVmPTE:", "\nVmSwap:"};

// The number behind a name, such as "\nThreads:\t7".
std::optional<std::int64_t> number_behind(std::string_view text, std::string_view name) {
    const std::size_t at = text.find(name);
    if (at == text.npos) return std::nullopt;
    text.remove_prefix(at + name.size());
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::int64_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return std::nullopt;
    return number;
}

} // namespace

Descriptor open_process_status(pid_t pid) {
    return Descriptor(::open(("/proc/" + std::to_string(pid) + "/status").c_str(), O_RDONLY | O_CLOEXEC));
}

std::optional<ProcessUsage> read_process_usage(const Descriptor& status) {
    std::array<char, 4096> buffer;
    const ssize_t size = ::pread(status.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return std::nullopt;
    // Its name comes first and is its own to choose, but a line feed in it is shown as "\n".
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    ProcessUsage usage;
    for (const std::string_view name : kMemory) {
        const auto kilobytes = number_behind(text, name);
        // Kernels that are built without swap have no VmSwap.
        if (!kilobytes && name != "\nVmSwap:") return std::nullopt;
        usage.memory += kilobytes.value_or(0) * 1024;
    }
    const auto threads = number_behind(text, "\nThreads:");
    if (!threads) return std::nullopt;
    usage.threads = *threads;
    return usage;
}

} // namespace thumbnailer
