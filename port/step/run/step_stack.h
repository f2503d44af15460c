// The stack that a step runs on: its own, so that calls without end are a fault of the step, and so that nothing of one
// image is left for the next.
#pragma once

#include <optional>
#include <span>

#include "step/image/address_range.h"

namespace thumbnailer {

class StepStack {
public:
    // Empty when the kernel gives no memory; errno says why.
    static std::optional<StepStack> reserve();

    std::span<std::byte> usable() const;
    // Whether a fault at `address` came from calls that are too deep.
    bool is_guard(const void* address) const;
    void clear();

private:
    explicit StepStack(AddressRange range) : range_(std::move(range)) {}
    AddressRange range_;
};

} // namespace thumbnailer
