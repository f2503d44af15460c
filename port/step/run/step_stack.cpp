#include "step/run/step_stack.h"

#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace thumbnailer {

namespace {

constexpr std::size_t kStack = std::size_t{1} << 20;
// One frame can be as large as the locals that the checker lets a function have, and compilers touch it page by page.
constexpr std::size_t kGuard = std::size_t{64} << 20;
// The end that every call uses: cleared by writing zeros, the rest by giving it back.
constexpr std::size_t kKept = std::size_t{16} << 10;

} // namespace

std::optional<StepStack> StepStack::reserve() {
    AddressRange range = AddressRange::reserve(kGuard + kStack);
    if (!range || ::mprotect(range.begin() + kGuard, kStack, PROT_READ | PROT_WRITE) != 0) return std::nullopt;
    return StepStack(std::move(range));
}

std::span<std::byte> StepStack::usable() const { return {range_.begin() + kGuard, kStack}; }

bool StepStack::is_guard(const void* address) const {
    return range_.contains(address) && address < static_cast<const void*>(range_.begin() + kGuard);
}

void StepStack::clear() {
    const auto stack = usable();
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack.data(), stack.size()); // of frames that a trap left without a return
#endif
    if (::madvise(stack.data(), stack.size() - kKept, MADV_DONTNEED) != 0)
        std::memset(stack.data(), 0, stack.size() - kKept);
    std::memset(stack.last(kKept).data(), 0, kKept);
}

} // namespace thumbnailer
