#include "request/task.h"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "job/check_result.h"
#include "request/step_uses.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

// A step that has more to say than that is no step.
constexpr std::chrono::milliseconds kLongestDescribing{5000};

struct OpenedSource {
    Descriptor descriptor; // none yet, of a stream
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

Result<OpenedSource> take_bytes(Bytes bytes, Frame& frame, const Config& config) {
    const auto most = static_cast<std::size_t>(config.max_source_bytes);
    if (bytes.empty()) return Failure{Reason::empty_source, "the source has no bytes"};
    if (bytes.size() > most) return too_many_bytes("the source", bytes.size(), most);
    if (frame.shared)
        return OpenedSource{std::move(frame.shared->descriptor),
                            static_cast<std::uint64_t>(bytes.data() - frame.payload.data()), bytes.size()};
    auto copy = share_copy(bytes);
    if (!copy) return std::move(copy).error();
    return OpenedSource{std::move(*copy), 0, bytes.size()};
}

Result<OpenedSource> open(const Source& source, Frame& frame, const Config& config, const Roots& roots) {
    if (const auto* bytes = std::get_if<Bytes>(&source)) return take_bytes(*bytes, frame, config);
    const auto* path = std::get_if<std::string>(&source);
    if (path == nullptr) return OpenedSource{};
    auto file = open_source(roots, *path, static_cast<std::size_t>(config.max_source_bytes));
    if (!file) return std::move(file).error();
    return OpenedSource{std::move(file->descriptor), 0, file->size};
}

DrawnText text_of_drawings(const Config& config) {
    if (!config.text) return DrawnText::left_out;
    return config.families.empty() ? DrawnText::refused : DrawnText::drawn;
}

Job job_for(Op op, const OpenedSource& source, const Config& config) {
    Job job;
    job.probe = op == Op::probe;
    job.jpeg_fast_path = config.jpeg_fast_path;
    job.source_offset = source.offset;
    job.source_size = source.size;
    job.limits = {.max_pixels = config.max_pixels,
                  .max_side = config.max_side,
                  .max_icc_bytes = config.max_icc_bytes,
                  .max_frames = config.max_frames,
                  .max_memory = config.max_memory,
                  .max_step_memory = config.max_step_memory,
                  .loaders = config.loaders,
                  .text = text_of_drawings(config)};
    return job;
}

TaskOutput output_for(const OutputRequest& request, const Config& config, const Roots& roots, const StepRegistry& steps,
                      Task& task) {
    TaskOutput output{.output = request.output, .to = request.to};
    if (const auto checked = request.to.empty() ? Result<Done>(Done{}) : OutputFile::check(roots, request.to); !checked)
        output.failure = checked.error();
    output.steps.first = static_cast<std::uint8_t>(task.job.step_uses_count);
    for (const RequestedStep& step : request.steps) {
        auto added = add_step_use(step, steps, task);
        if (added) continue;
        output.failure = std::move(added).error();
        return output;
    }
    output.steps.count = static_cast<std::uint8_t>(task.job.step_uses_count - output.steps.first);
    if (!request.overlay || output.failure) return output;
    auto overlay = task.overlays.open(*request.overlay, config, roots);
    if (overlay)
        output.overlay = *overlay;
    else
        output.failure = std::move(overlay).error();
    return output;
}

// Descriptors for what comes after the files, so that too many files cost themselves alone: a process that writes them.
std::array<Descriptor, 10> duplicates_of(int fd) {
    std::array<Descriptor, 10> kept;
    for (Descriptor& each : kept) each = Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    return kept;
}

} // namespace

Result<std::unique_ptr<Task>> Task::from(const Request& request, Frame& frame, const Config& config, const Roots& roots,
                                         const StepRegistry& steps) {
    const std::int64_t timeout_ms = request.options.timeout_ms != 0 ? request.options.timeout_ms : config.timeout_ms;
    const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
    auto source = open(request.source, frame, config, roots);
    if (!source) return std::move(source).error();
    auto task = std::make_unique<Task>();
    task->id = request.id;
    task->deadline = deadline;
    task->job = job_for(request.op, *source, config);
    task->source = std::move(source->descriptor);
    for (const OutputRequest& output : request.options.outputs)
        task->outputs.push_back(output_for(output, config, roots, steps, *task));
    if (auto left = task->check_outputs(); !left) return std::move(left).error();
    return task;
}

std::unique_ptr<Task> Task::describing(Id id, std::shared_ptr<LoadedStep> step, std::int64_t timeout_ms,
                                       const Config& config) {
    auto task = std::make_unique<Task>();
    task->id = id;
    task->deadline =
        Clock::now() +
        std::min(kLongestDescribing, std::chrono::milliseconds(timeout_ms != 0 ? timeout_ms : config.timeout_ms));
    task->job.limits.max_step_memory = config.max_step_memory;
    task->job.describe_step = step->number;
    task->steps.push_back(std::move(step));
    return task;
}

// An output whose file or overlay cannot be opened costs itself alone, unless no other is left.
Result<Done> Task::check_outputs() const {
    const bool left =
        outputs.empty() || std::ranges::any_of(outputs, [](const auto& output) { return !output.failure; });
    return left ? Result<Done>(Done{}) : *outputs.front().failure;
}

Result<Done> Task::open_outputs(const Roots& roots) {
    if (result) return Done{}; // a worker that ended before it took the task
    auto memory = share_result();
    if (!memory) return std::move(memory).error();
    // Until all files are open. The server's limits leave room for one.
    std::array<Descriptor, 10> kept_free;
    if (files_wanted() > 1) kept_free = duplicates_of(memory->get());
    for (TaskOutput& output : outputs) {
        if (output.failure) continue;
        if (!output.to.empty()) {
            auto file = OutputFile::create(roots, output.to);
            if (!file) {
                output.failure = std::move(file).error();
                continue;
            }
            output.file.emplace(std::move(*file));
        }
        output.index = job.count;
        job.outputs[job.count] = output.output;
        job.overlay[job.count] = output.overlay;
        job.steps[job.count] = output.steps;
        ++job.count;
    }
    if (auto left = check_outputs(); !left) return left;
    overlays.describe(job);
    result = std::move(*memory);
    return Done{};
}

std::optional<std::string_view> Task::take_result(const JobResult& job_result) {
    if (!stop_growth(result.get())) return "somebody sealed its outputs";
    const MemorySize memory = size_of_memory(result.get());
    if (auto fault = check_result(job_result, job, {memory.size, memory.allocated})) return fault;
    // What a failed job has written is freed with the rest.
    auto copy = take_copy(result.get(), job_result.failed != 0 ? 0 : memory.size);
    if (!copy) return "its outputs cannot be copied";
    if (job_result.failed != 0) return std::nullopt;
    if (auto fault = check_contents(job_result, job, copy->bytes())) return fault;
    made = std::move(*copy);
    source.reset();
    result.reset();
    return std::nullopt;
}

std::uint32_t Task::newest_step() const {
    std::uint32_t newest = 0;
    for (const auto& step : steps) newest = std::max(newest, step->number);
    return newest;
}

const LoadedStep* Task::disabled_step() const {
    const auto disabled = std::ranges::find_if(steps, [](const auto& step) { return step->disabled; });
    return disabled == steps.end() ? nullptr : disabled->get();
}

std::vector<std::string_view> Task::step_hashes() const {
    std::vector<std::string_view> hashes;
    for (const auto& step : steps) hashes.push_back(step->hash);
    return hashes;
}

Failure Task::with_step(Failure failure) const {
    if (failure.step_use == 0 || failure.step_use > steps.size()) return failure;
    failure.step = steps[failure.step_use - 1]->name;
    if (failure.reason == Reason::step_failed) failure.message = "step " + failure.step + ": " + failure.message;
    return failure;
}

std::uint64_t Task::reply_bytes(const JobResult& job_result) const {
    constexpr std::uint64_t kAround = 1024;
    constexpr std::uint64_t kAroundOutput = 2048; // what its map says beside the bytes, or why it failed
    std::uint64_t bytes = kAround;
    for (const TaskOutput& output : outputs) {
        bytes += kAroundOutput + output.to.size();
        const OutputResult& each = job_result.outputs[output.index];
        if (output.failure || each.made == 0) continue;
        bytes += each.placeholder_size + (output.file ? 0 : each.size);
    }
    return bytes;
}

std::size_t Task::files_wanted() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(outputs, [](const TaskOutput& output) { return !output.to.empty(); }));
}

bool Task::has_files() const {
    return std::ranges::any_of(outputs, [](const TaskOutput& output) { return output.file.has_value(); });
}

std::int64_t Task::shared_bytes() const {
    std::uint64_t bytes = job.source_offset + job.source_size;
    for (std::size_t index = 0; index < job.overlay_count; ++index) bytes += job.overlay_sizes[index];
    return static_cast<std::int64_t>(bytes);
}

std::vector<int> Task::descriptors() const {
    if (job.describe_step != 0) return {result.get()};
    std::vector<int> all{source.get(), result.get()};
    overlays.append_descriptors(all);
    return all;
}

} // namespace thumbnailer
