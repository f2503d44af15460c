#include "step/registry/step_progress.h"

#include <sys/mman.h>

#include <atomic>
#include <new>

namespace thumbnailer {

namespace {

std::int64_t now_in_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

struct StepProgress::Page {
    std::atomic<std::uint32_t> use_and_one{0}; // 0: none is running
    std::atomic<std::int64_t> begun{0};
};

StepProgress StepProgress::create() {
    static_assert(std::atomic<std::int64_t>::is_always_lock_free);
    void* const memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? StepProgress() : StepProgress(new (memory) Page());
}

StepProgress::~StepProgress() {
    if (page_ != nullptr) ::munmap(page_, sizeof(Page));
}

void StepProgress::keep_from_others() const {
    if (page_ != nullptr) ::madvise(page_, sizeof(Page), MADV_DONTFORK);
}

std::optional<StepProgress::Running> StepProgress::running() const {
    const std::uint32_t use = page_ == nullptr ? 0 : page_->use_and_one.load();
    if (use == 0) return std::nullopt;
    return Running{use - 1, std::chrono::milliseconds(now_in_ms() - page_->begun.load())};
}

void StepProgress::begin(std::uint32_t use) const {
    if (page_ == nullptr) return;
    page_->begun.store(now_in_ms());
    page_->use_and_one.store(use + 1);
}

void StepProgress::end() const {
    if (page_ != nullptr) page_->use_and_one.store(0);
}

} // namespace thumbnailer
