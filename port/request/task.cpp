#include "request/task.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "base/utf8.h"
#include "job/format.h"
#include "os/shared_memory.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

Result<Done> take_bytes(Bytes bytes, Frame& frame, const Config& config, Task& task) {
    if (bytes.empty()) return Failure{Reason::empty_source, "the source has no bytes"};
    if (bytes.size() > static_cast<std::size_t>(config.max_source_bytes))
        return too_many_bytes("the source", bytes.size(), static_cast<std::size_t>(config.max_source_bytes));
    task.job.source_size = bytes.size();
    if (frame.shared) {
        task.job.source_offset = static_cast<std::uint64_t>(bytes.data() - frame.payload.data());
        task.source = std::move(frame.shared->descriptor);
        return Done{};
    }
    auto copy = share_copy(bytes);
    if (!copy) return std::move(copy).error();
    task.source = std::move(*copy);
    return Done{};
}

Result<Done> open_file(const std::string& path, const Config& config, const Roots& roots, Task& task) {
    auto file = open_source(roots, path, static_cast<std::size_t>(config.max_source_bytes));
    if (!file) return std::move(file).error();
    task.source = std::move(file->descriptor);
    task.job.source_size = file->size;
    return Done{};
}

Result<Done> open(const Source& source, Frame& frame, const Config& config, const Roots& roots, Task& task) {
    if (const auto* path = std::get_if<std::string>(&source)) return open_file(*path, config, roots, task);
    if (const auto* bytes = std::get_if<Bytes>(&source)) return take_bytes(*bytes, frame, config, task);
    return Done{};
}

struct OpenedOutput {
    std::optional<OutputFile> file;
    std::uint8_t overlay = 0;
    StepRange steps;
};

Failure bad_step_option(std::string why) {
    return {.reason = Reason::bad_option, .message = "step: " + std::move(why), .option = "step"};
}

Result<Done> add_step_use(const RequestedStep& request, const StepRegistry& steps, Task& task) {
    const auto step = steps.find(request.name);
    if (!step)
        return bad_step_option("there is no step " + quote_path(request.name) + "; added are: " +
                               (steps.published().empty() ? "none" : steps.names()));
    if (step->disabled)
        return disabled(*step);
    if (request.values.size() != step->parameters)
        return bad_step_option(step->name + " has " + std::to_string(step->parameters) + " parameters, not " +
                               std::to_string(request.values.size()));
    Job& job = task.job;
    const auto first = job.step_uses_count == 0 ? 0 : job.step_uses[job.step_uses_count - 1].first_value +
                                                          job.step_uses[job.step_uses_count - 1].values;
    if (job.step_uses_count == kMaxStepUses || first + request.values.size() > kMaxStepValues)
        return bad_step_option("a request has at most " + std::to_string(kMaxStepUses) + " steps with " +
                               std::to_string(kMaxStepValues) + " values in all its outputs");
    std::ranges::copy(request.values, job.step_values.begin() + first);
    job.step_uses[job.step_uses_count++] = {step->number, static_cast<std::uint16_t>(first),
                                            static_cast<std::uint16_t>(request.values.size())};
    task.steps.push_back(step);
    return Done{};
}

Result<OpenedOutput> open_output(const OutputRequest& request, const Config& config, const Roots& roots,
                                 const StepRegistry& steps, Task& task) {
    OpenedOutput opened;
    opened.steps.first = static_cast<std::uint8_t>(task.job.step_uses_count);
    for (const RequestedStep& step : request.steps)
        if (auto added = add_step_use(step, steps, task); !added) return std::move(added).error();
    opened.steps.count = static_cast<std::uint8_t>(task.job.step_uses_count - opened.steps.first);
    if (request.overlay) {
        auto overlay = task.overlays.open(*request.overlay, config, roots);
        if (!overlay) return std::move(overlay).error();
        opened.overlay = *overlay;
    }
    if (request.to.empty()) return opened;
    auto file = OutputFile::create(roots, request.to);
    if (!file) return std::move(file).error();
    opened.file.emplace(std::move(*file));
    return opened;
}

// An output whose file or overlay cannot be opened costs itself alone, unless it is the only one.
Result<Done> open_outputs(const std::vector<OutputRequest>& outputs, const Config& config, const Roots& roots,
                          const StepRegistry& steps, Task& task) {
    for (const OutputRequest& request : outputs) {
        auto opened = open_output(request, config, roots, steps, task);
        task.refused.push_back(opened ? std::nullopt : std::optional(opened.error()));
        if (!opened) continue;
        task.job.outputs[task.job.count] = request.output;
        task.job.to_file[task.job.count] = opened->file.has_value();
        task.job.overlay[task.job.count] = opened->overlay;
        task.job.steps[task.job.count] = opened->steps;
        ++task.job.count;
        task.files.push_back(std::move(opened->file));
    }
    if (task.job.count == 0 && !outputs.empty()) return *task.refused.front();
    task.overlays.describe(task.job);
    return Done{};
}

bool is_known(Format format) { return static_cast<std::size_t>(format) < kFormats.size(); }

bool is_sound(const OutputResult& output_result, bool in_file, std::size_t result_size) {
    const auto inside = [&](std::uint64_t offset, std::uint64_t size) {
        return size <= result_size && offset <= result_size - size;
    };
    return is_known(output_result.format) && output_result.width > 0 && output_result.height > 0 &&
           output_result.size > 0 && (in_file || inside(output_result.offset, output_result.size)) &&
           inside(output_result.placeholder_offset, output_result.placeholder_size);
}

} // namespace

Result<std::unique_ptr<Task>> Task::from(const Request& request, Frame& frame, const Config& config,
                                         const Roots& roots, const StepRegistry& steps) {
    auto task = std::make_unique<Task>();
    task->id = request.id;
    task->job.probe = request.op == Op::probe;
    task->job.jpeg_fast_path = config.jpeg_fast_path;
    task->job.limits = {.max_pixels = config.max_pixels,
                        .max_side = config.max_side,
                        .max_icc_bytes = config.max_icc_bytes,
                        .max_frames = config.max_frames,
                        .max_memory = config.max_memory,
                        .max_step_memory = config.max_step_memory,
                        .loaders = config.loaders};
    const std::int64_t timeout_ms = request.options.timeout_ms != 0 ? request.options.timeout_ms : config.timeout_ms;
    task->deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
    if (auto opened = open(request.source, frame, config, roots, *task); !opened) return std::move(opened).error();
    if (auto outputs = open_outputs(request.options.outputs, config, roots, steps, *task); !outputs)
        return std::move(outputs).error();
    auto result = share_result();
    if (!result) return std::move(result).error();
    task->result = std::move(*result);
    return task;
}

Result<std::unique_ptr<Task>> Task::describing(Id id, std::shared_ptr<LoadedStep> step, const Config& config) {
    auto task = std::make_unique<Task>();
    task->id = id;
    task->job.limits.max_step_memory = config.max_step_memory;
    task->job.describe_step = step->number;
    task->steps.push_back(std::move(step));
    task->deadline = Clock::now() + std::chrono::milliseconds(config.timeout_ms);
    auto result = share_result();
    if (!result) return std::move(result).error();
    task->result = std::move(*result);
    return task;
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

void Task::name_step(Failure& failure) const {
    if (failure.step_use == 0 || failure.step_use > steps.size()) return;
    failure.step = steps[failure.step_use - 1]->name;
}

std::size_t Task::result_size() const {
    struct stat status {};
    return ::fstat(result.get(), &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

bool Task::is_valid_result(const JobResult& job_result) const {
    if (job_result.failed != 0) return true;
    if (job.describe_step != 0) return is_valid_description(job_result);
    const Header& header = job_result.header;
    if (!is_known(header.format) || header.orientation < 1 || header.orientation > 8) return false;
    for (const std::string_view text : {text_in(header.colour_space), text_in(header.taken_at), text_in(header.camera)})
        if (first_fault_in_utf8(text)) return false;
    if (job_result.count != job.count) return false;
    const std::size_t size = result_size();
    for (std::size_t index = 0; index < job_result.count; ++index) {
        const OutputResult& output_result = job_result.outputs[index];
        if (output_result.made != 0 && !is_sound(output_result, files[index].has_value(), size)) return false;
    }
    return true;
}

bool Task::is_valid_description(const JobResult& job_result) const {
    const std::size_t size = job_result.description_bytes;
    if (size == 0 || size > kMaxStepDescription || size > result_size()) return false;
    const Mapping text = Mapping::of(result.get(), size);
    return text.size() == size && !first_fault_in_utf8(text_of(text.bytes()));
}

std::vector<int> Task::descriptors() const {
    if (job.describe_step != 0) return {result.get()};
    std::vector<int> all{source.get(), result.get()};
    for (const auto& file : files)
        if (file) all.push_back(file->descriptor());
    overlays.append_descriptors(all);
    return all;
}

} // namespace thumbnailer
