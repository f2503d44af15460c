// Which step a worker is running, in a page that the server shares with this worker alone: so that the end of a worker can be
// told of the step that caused it. What a worker says here is not to be trusted; it is compared with what the worker was told
// to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace thumbnailer {

class StepProgress {
public:
    struct Running {
        std::uint32_t use; // its place among those of the job
        std::chrono::milliseconds since;
    };

    StepProgress() = default;
    // Before the fork. Empty when the kernel refuses.
    static StepProgress create();
    StepProgress(StepProgress&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
    StepProgress& operator=(StepProgress&& other) noexcept {
        std::swap(page_, other.page_);
        return *this;
    }
    ~StepProgress();

    // In the server, after the fork: no other worker gets this page.
    void keep_from_others() const;
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
