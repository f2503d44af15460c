// The linear memory of a step: 8 GiB of addresses, which is every address that a module can form from an index and an
// offset of 32 bits each. What the step was not given faults, so that no access needs a comparison.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "step/image/address_range.h"

namespace thumbnailer {

class StepMemory {
public:
    static constexpr std::size_t kPage = 65536;

    // For at most `max_pages`. Empty when the kernel gives no addresses; errno says why.
    static std::optional<StepMemory> reserve(std::uint32_t max_pages);

    // Makes the first `pages` usable; those that were not before are zeros.
    bool commit(std::uint32_t pages);
    // Takes everything back: the next step finds no memory, and zeros when it asks for some. False when the kernel
    // refuses, and then this memory must not be used again.
    bool clear();

    std::byte* begin() const { return range_.begin(); }
    std::uint32_t max_pages() const { return max_pages_; }
    std::size_t size() const { return std::size_t{pages_} * kPage; }
    bool contains(const void* address) const { return range_.contains(address); }
    // What the step says lies at `address`; nothing when that is not all in its memory. Address 0 is none.
    std::optional<std::span<std::byte>> at(std::uint64_t address, std::uint64_t size) const;

private:
    StepMemory(AddressRange range, std::uint32_t max_pages) : range_(std::move(range)), max_pages_(max_pages) {}

    AddressRange range_;
    std::uint32_t max_pages_;
    std::uint32_t pages_ = 0;
};

} // namespace thumbnailer
