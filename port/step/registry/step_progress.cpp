#include "step/registry/step_progress.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>

namespace thumbnailer {

namespace {

std::int64_t now_in_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

// Zeros at first: no step is running.
struct StepProgress::Page {
    std::atomic<std::uint32_t> use_and_one;
    std::atomic<std::int64_t> begun;
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

Descriptor StepProgress::create_memory() {
    Descriptor memory(::memfd_create("thumbnailer-step", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    // Whoever reads a page that is no longer in its file is ended by the kernel.
    const bool sealed = memory && ::ftruncate(memory.get(), sizeof(Page)) == 0 &&
                        ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0;
    return sealed ? std::move(memory) : Descriptor();
}

StepProgress StepProgress::map(const Descriptor& memory) {
    if (!memory) return {};
    void* const page = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
    return page == MAP_FAILED ? StepProgress() : StepProgress(static_cast<Page*>(page));
}

StepProgress::~StepProgress() {
    if (page_ != nullptr) ::munmap(page_, sizeof(Page));
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
