#include "step/run/step_runner.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "base/utf8.h"
#include "step/run/guarded_call.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kLongestText = std::size_t{64} * 1024;
constexpr std::size_t kAlignment = 16;
constexpr std::size_t kBytesOfPixel = 4;

// Gets the pages of a large block at once: one by one takes several times as long. Only a hint.
void populate(std::span<std::byte> block) {
    constexpr int kPopulateWrite = 23; // MADV_POPULATE_WRITE, Linux 5.14
    constexpr std::uintptr_t kPage = 4096;
    if (block.size() < StepMemory::kPage) return;
    const auto address = reinterpret_cast<std::uintptr_t>(block.data());
    const std::uintptr_t into_page = address % kPage;
    ::madvise(block.data() - into_page, into_page + block.size(), kPopulateWrite);
}

std::string message_of(StepFault fault) { return std::string(kStepFaults[static_cast<std::size_t>(fault)].meaning); }

} // namespace

// One call of step_run, filled in on the step's stack. Plain values: a trap leaves it as it is.
struct StepRunner::Run {
    StepEntry* entry;
    StepHost host;
    const StepMemory& memory;
    const StepLimits& limits;
    const StepPicture& source;
    std::span<const double> parameters;

    std::uint32_t source_at = 0;
    std::uint32_t parameters_at = 0;
    std::uint32_t result_at = 0;
    std::uint32_t text_at = 0;
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::optional<StepFault> fault;

    static void perform(void* run) { static_cast<Run*>(run)->perform(); }

    void perform() {
        entry(&host, STEP_CALL_INSTANTIATE, nullptr);
        if (!place(source.rgba.size(), source_at) || !place(parameters.size_bytes(), parameters_at)) return;
        std::memcpy(memory.begin() + source_at, source.rgba.data(), source.rgba.size());
        if (!parameters.empty())
            std::memcpy(memory.begin() + parameters_at, parameters.data(), parameters.size_bytes());
        if (!ask_size() || !place(pixels() * kBytesOfPixel, result_at)) return;
        const std::uint32_t arguments[5] = {source_at, result_at, static_cast<std::uint32_t>(source.width),
                                            static_cast<std::uint32_t>(source.height), parameters_at};
        text_at = static_cast<std::uint32_t>(entry(&host, STEP_CALL_RUN, arguments));
    }

    std::size_t pixels() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }

    bool place(std::size_t bytes, std::uint32_t& at) {
        if (bytes > std::numeric_limits<std::uint32_t>::max()) return fails(StepFault::memory);
        const auto wanted = std::max(static_cast<std::uint32_t>(bytes), std::uint32_t{1});
        at = static_cast<std::uint32_t>(entry(&host, STEP_CALL_ALLOC, &wanted));
        if (at == 0) return fails(StepFault::memory);
        const auto block = memory.at(at, wanted);
        if (!block || at % kAlignment != 0) return fails(StepFault::bad_result);
        populate(*block);
        return true;
    }

    bool ask_size() {
        width = source.width;
        height = source.height;
        if (entry(&host, STEP_CALL_HAS_SIZE, nullptr) == 0) return true;
        const std::uint32_t arguments[3] = {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height),
                                            parameters_at};
        const std::uint64_t size = entry(&host, STEP_CALL_SIZE, arguments);
        const std::uint64_t across = size >> 32;
        const std::uint64_t down = size & std::numeric_limits<std::uint32_t>::max();
        const auto most = static_cast<std::uint64_t>(limits.max_side);
        if (across == 0 || down == 0 || across > most || down > most ||
            across * down > static_cast<std::uint64_t>(limits.max_pixels))
            return fails(StepFault::bad_result);
        width = static_cast<std::int32_t>(across);
        height = static_cast<std::int32_t>(down);
        return true;
    }

    bool fails(StepFault with) {
        fault = with;
        return false;
    }
};

StepHost StepRunner::host() const {
    return {.memory = reinterpret_cast<std::uint8_t*>(memory_->begin()),
            .max_pages = memory_->max_pages(),
            .commit = commit_pages,
            .trap = leave_with_trap};
}

std::optional<StepFailure> StepRunner::prepare(const StepImage& image) {
    constexpr auto kPage = static_cast<std::int64_t>(StepMemory::kPage);
    if (!memory_) memory_ = StepMemory::reserve(static_cast<std::uint32_t>(limits_.max_memory / kPage));
    if (memory_ && !stack_) stack_ = StepStack::reserve();
    if (!memory_ || !stack_)
        return StepFailure{StepFault::memory,
                           std::string("there is no address space for its memory: ") + std::strerror(errno)};
    if (const auto renewed = image.renew_data(); !renewed)
        return StepFailure{StepFault::bad_code, renewed.error().message};
    return std::nullopt;
}

StepTrap StepRunner::call(void (*function)(void*), void* argument) {
    return call_guarded(*memory_, *stack_, function, argument);
}

// Memory that cannot be cleared is given up whole.
void StepRunner::forget() {
    if (!memory_->clear()) memory_.reset();
    stack_->clear();
}

std::string StepRunner::text_at(std::uint32_t address) const {
    const auto first = memory_->at(address, 1);
    if (!first) return "";
    const auto* const text = reinterpret_cast<const char*>(first->data());
    const std::size_t left = memory_->size() - address;
    std::string copied(text, ::strnlen(text, std::min(kLongestText, left)));
    if (const auto fault = first_fault_in_utf8(copied)) copied.resize(*fault);
    return copied;
}

std::variant<std::string, StepFailure> StepRunner::describe(const StepImage& image) {
    struct Asked {
        StepEntry* entry;
        StepHost host;
        std::uint32_t at;
    };
    if (auto failure = prepare(image)) return std::move(*failure);
    Asked asked{image.entry(), host(), 0};
    const StepTrap trap = call(
        [](void* argument) {
            auto& mine = *static_cast<Asked*>(argument);
            mine.entry(&mine.host, STEP_CALL_INSTANTIATE, nullptr);
            mine.at = static_cast<std::uint32_t>(mine.entry(&mine.host, STEP_CALL_DESCRIBE, nullptr));
        },
        &asked);
    const std::string text = trap == STEP_TRAP_NONE ? text_at(asked.at) : "";
    forget();
    if (trap != STEP_TRAP_NONE) return StepFailure{fault_of(trap), message_of(fault_of(trap))};
    if (text.empty()) return StepFailure{StepFault::bad_result, "it has no description in UTF-8"};
    return text;
}

std::optional<StepFailure> StepRunner::failure_of(const Run& run, StepTrap trap) const {
    if (trap != STEP_TRAP_NONE) return StepFailure{fault_of(trap), message_of(fault_of(trap))};
    if (run.fault) return StepFailure{*run.fault, message_of(*run.fault)};
    if (run.text_at == 0) return std::nullopt;
    const std::string text = text_at(run.text_at);
    return StepFailure{StepFault::refused, text.empty() ? "it did not say why" : text};
}

std::variant<StepPicture, StepFailure> StepRunner::run(const StepImage& image, const StepPicture& source,
                                                       std::span<const double> parameters) {
    if (auto failure = prepare(image)) return std::move(*failure);
    Run run{.entry = image.entry(),
            .host = host(),
            .memory = *memory_,
            .limits = limits_,
            .source = source,
            .parameters = parameters,
            .fault = std::nullopt};
    const StepTrap trap = call(Run::perform, &run);
    auto failure = failure_of(run, trap);
    StepPicture picture;
    if (!failure) {
        const auto pixels = memory_->at(run.result_at, run.pixels() * kBytesOfPixel); // as `place` found it
        const auto* const first = reinterpret_cast<const std::uint8_t*>(pixels->data());
        picture = {run.width, run.height, {first, first + pixels->size()}};
    }
    forget();
    if (failure) return std::move(*failure);
    return picture;
}

} // namespace thumbnailer
