#include "task.h"

#include <algorithm>
#include <cstring>

namespace thumbnailer {

namespace {

Result<Descriptor> copied(Bytes bytes) {
    auto copy = share_source(bytes.size());
    if (!copy) return std::move(copy).error();
    std::memcpy(copy->mapping.data(), bytes.data(), bytes.size());
    return std::move(copy->descriptor);
}

Result<Done> take_bytes(Bytes bytes, Frame& frame, Task& task) {
    if (bytes.empty()) return Failure{Reason::empty_source, "the source has no bytes"};
    task.job.source_size = bytes.size();
    if (frame.shared) {
        task.job.source_offset = static_cast<std::uint64_t>(bytes.data() - frame.payload.data());
        task.source = std::move(frame.shared->descriptor);
        return Done{};
    }
    auto copy = copied(bytes);
    if (!copy) return std::move(copy).error();
    task.source = std::move(*copy);
    return Done{};
}

Result<Done> open_file(const std::string& path, const Config& config, Task& task) {
    auto file = open_source(path, static_cast<std::size_t>(config.max_source_bytes));
    if (!file) return std::move(file).error();
    task.source = std::move(file->descriptor);
    task.job.source_size = file->size;
    return Done{};
}

Result<Done> open_outputs(const std::vector<OutputRequest>& outputs, Task& task) {
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        task.job.outputs[index] = outputs[index].output;
        task.job.to_file[index] = !outputs[index].to.empty();
        auto& file = task.files.emplace_back();
        if (outputs[index].to.empty()) continue;
        auto created = OutputFile::create(outputs[index].to);
        if (!created) return std::move(created).error();
        file.emplace(std::move(*created));
    }
    task.job.count = static_cast<std::uint32_t>(outputs.size());
    return Done{};
}

Result<SourceFile> open_overlay(const Source& source, const Config& config) {
    if (const auto* path = std::get_if<std::string>(&source))
        return open_source(*path, static_cast<std::size_t>(config.max_source_bytes));
    const Bytes bytes = std::get<Bytes>(source);
    if (bytes.empty()) return Failure{Reason::empty_source, "the overlay has no bytes"};
    auto copy = copied(bytes);
    if (!copy) return std::move(copy).error();
    return SourceFile{std::move(*copy), bytes.size()};
}

bool same(const Source& one, const Source& other) {
    if (one.index() != other.index()) return false;
    if (const auto* path = std::get_if<std::string>(&one)) return *path == std::get<std::string>(other);
    return text_of(std::get<Bytes>(one)) == text_of(std::get<Bytes>(other));
}

// One that several outputs have is opened and sent once.
Result<Done> open_overlays(const std::vector<OutputRequest>& outputs, const Config& config, Task& task) {
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        const auto& overlay = outputs[index].overlay;
        if (!overlay) continue;
        for (std::size_t before = 0; before < index && task.job.overlay[index] == 0; ++before)
            if (outputs[before].overlay && same(*outputs[before].overlay, *overlay))
                task.job.overlay[index] = task.job.overlay[before];
        if (task.job.overlay[index] != 0) continue;
        auto opened = open_overlay(*overlay, config);
        if (!opened) return std::move(opened).error();
        task.job.overlay_sizes[task.overlays.size()] = opened->size;
        task.overlays.push_back(std::move(opened->descriptor));
        task.job.overlay[index] = static_cast<std::uint8_t>(task.overlays.size());
    }
    task.job.overlay_count = static_cast<std::uint32_t>(task.overlays.size());
    return Done{};
}

} // namespace

Result<std::unique_ptr<Task>> Task::from(const Request& request, Frame& frame, const Config& config) {
    auto task = std::make_unique<Task>();
    task->id = request.id;
    task->job.probe = request.op == Op::probe;
    task->job.limits = {config.max_pixels, config.max_frames, config.loaders};
    const std::int64_t deadline_ms =
        request.spec.deadline_ms != 0 ? request.spec.deadline_ms : config.deadline_ms;
    task->deadline = Clock::now() + std::chrono::milliseconds(deadline_ms);
    const auto* path = std::get_if<std::string>(&request.source);
    auto opened = path != nullptr ? open_file(*path, config, *task)
                                  : take_bytes(std::get<Bytes>(request.source), frame, *task);
    if (!opened) return std::move(opened).error();
    if (auto outputs = open_outputs(request.spec.outputs, *task); !outputs) return std::move(outputs).error();
    if (auto overlays = open_overlays(request.spec.outputs, config, *task); !overlays)
        return std::move(overlays).error();
    auto result = share_result();
    if (!result) return std::move(result).error();
    task->result = std::move(*result);
    return task;
}

std::vector<int> Task::descriptors() const {
    std::vector<int> all{source.get(), result.get()};
    for (const auto& file : files)
        if (file) all.push_back(file->descriptor());
    for (const Descriptor& overlay : overlays) all.push_back(overlay.get());
    return all;
}

} // namespace thumbnailer
