#include "step/run/step_memory.h"

#include <algorithm>
#include <cstring>

namespace thumbnailer {

namespace {

// An index, an offset, and the longest access behind their sum.
constexpr std::size_t kReserved = (std::size_t{8} << 30) + StepMemory::kPage;
// A memory whose size in bytes fits 32 bits, which is what the run time of translations counts in.
constexpr std::uint32_t kMostPages = 65535;
// So much is cleared by writing zeros and kept for the next image; what is above goes back. To get pages from the
// kernel one by one takes longer than to clear them.
constexpr std::size_t kKept = std::size_t{16} << 20;

} // namespace

std::optional<StepMemory> StepMemory::reserve(std::uint32_t max_pages) {
    AddressRange range = AddressRange::reserve(kReserved);
    if (!range) return std::nullopt;
    return StepMemory(std::move(range), std::min(max_pages, kMostPages));
}

bool StepMemory::commit(std::uint32_t pages) {
    if (pages <= pages_) return true;
    if (pages > max_pages_) return false;
    if (::mprotect(begin() + size(), (pages - pages_) * kPage, PROT_READ | PROT_WRITE) != 0) return false;
    pages_ = pages;
    return true;
}

bool StepMemory::clear() {
    const std::size_t used = size();
    const std::size_t kept = std::min(used, kKept);
    if (used > kept && ::madvise(begin() + kept, used - kept, MADV_DONTNEED) != 0) return false;
    if (used == 0) return true;
    std::memset(begin(), 0, kept);
    pages_ = 0;
    return ::mprotect(begin(), used, PROT_NONE) == 0;
}

std::optional<std::span<std::byte>> StepMemory::at(std::uint64_t address, std::uint64_t bytes) const {
    if (address == 0 || bytes > size() || address > size() - bytes) return std::nullopt;
    return std::span(begin() + address, bytes);
}

} // namespace thumbnailer
