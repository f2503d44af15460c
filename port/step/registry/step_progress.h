// Which step a worker is running, in a page that the server shares with this worker alone: so that the end of a worker
// can be told of the step that caused it. What a worker writes there is compared with what it was told to do, and costs
// nobody but its own request.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "os/descriptor.h"

namespace thumbnailer {

class StepProgress {
public:
    struct Running {
        std::uint32_t use; // its place among those of the job
        std::chrono::milliseconds since;
    };

    StepProgress() = default;
    // Memory for a page; none when the kernel refuses. It can neither grow nor shrink.
    static Descriptor create_memory();
    // The page, mapped; empty when there is none.
    static StepProgress map(const Descriptor& memory);
    StepProgress(StepProgress&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
    StepProgress& operator=(StepProgress&& other) noexcept {
        std::swap(page_, other.page_);
        return *this;
    }
    ~StepProgress();

    // In the server.
    std::optional<Running> running() const;

    // In the worker.
    void begin(std::uint32_t use) const;
    void end() const;

private:
    struct Page;
    explicit StepProgress(Page* page) : page_(page) {}
    Page* page_ = nullptr;
};

} // namespace thumbnailer
