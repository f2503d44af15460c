#include "task.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "thumbnail/format.h"
#include "utf8.h"

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

Result<Done> open_file(const std::string& path, const Config& config, const Roots& roots, Task& task) {
    auto file = open_source(roots, path, static_cast<std::size_t>(config.max_source_bytes));
    if (!file) return std::move(file).error();
    task.source = std::move(file->descriptor);
    task.job.source_size = file->size;
    return Done{};
}

Result<Done> open_outputs(const std::vector<OutputRequest>& outputs, const Roots& roots, Task& task) {
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        task.job.outputs[index] = outputs[index].output;
        task.job.to_file[index] = !outputs[index].to.empty();
        auto& file = task.files.emplace_back();
        if (outputs[index].to.empty()) continue;
        auto created = OutputFile::create(roots, outputs[index].to);
        if (!created) return std::move(created).error();
        file.emplace(std::move(*created));
    }
    task.job.count = static_cast<std::uint32_t>(outputs.size());
    return Done{};
}

Result<SourceFile> open_overlay(const Source& source, const Config& config, const Roots& roots) {
    if (const auto* path = std::get_if<std::string>(&source))
        return open_source(roots, *path, static_cast<std::size_t>(config.max_source_bytes));
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
Result<Done> open_overlays(const std::vector<OutputRequest>& outputs, const Config& config, const Roots& roots,
                           Task& task) {
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        const auto& overlay = outputs[index].overlay;
        if (!overlay) continue;
        for (std::size_t before = 0; before < index && task.job.overlay[index] == 0; ++before)
            if (outputs[before].overlay && same(*outputs[before].overlay, *overlay))
                task.job.overlay[index] = task.job.overlay[before];
        if (task.job.overlay[index] != 0) continue;
        auto opened = open_overlay(*overlay, config, roots);
        if (!opened) return std::move(opened).error();
        task.job.overlay_sizes[task.overlays.size()] = opened->size;
        task.overlays.push_back(std::move(opened->descriptor));
        task.job.overlay[index] = static_cast<std::uint8_t>(task.overlays.size());
    }
    task.job.overlay_count = static_cast<std::uint32_t>(task.overlays.size());
    return Done{};
}

bool is_known(Format format) { return static_cast<std::size_t>(format) < kFormats.size(); }

bool is_sound(const Product& product, bool in_file, std::size_t result_size) {
    const auto inside = [&](std::uint64_t offset, std::uint64_t size) {
        return size <= result_size && offset <= result_size - size;
    };
    return is_known(product.format) && product.width > 0 && product.height > 0 && product.size > 0 &&
           (in_file || inside(product.offset, product.size)) &&
           inside(product.placeholder_offset, product.placeholder_size);
}

} // namespace

Result<std::unique_ptr<Task>> Task::from(const Request& request, Frame& frame, const Config& config,
                                         const Roots& roots) {
    auto task = std::make_unique<Task>();
    task->id = request.id;
    task->job.probe = request.op == Op::probe;
    task->job.limits = {config.max_pixels, config.max_frames, config.loaders};
    const std::int64_t deadline_ms = request.spec.deadline_ms != 0 ? request.spec.deadline_ms : config.deadline_ms;
    task->deadline = Clock::now() + std::chrono::milliseconds(deadline_ms);
    const auto* path = std::get_if<std::string>(&request.source);
    auto opened = path != nullptr ? open_file(*path, config, roots, *task)
                                  : take_bytes(std::get<Bytes>(request.source), frame, *task);
    if (!opened) return std::move(opened).error();
    if (auto outputs = open_outputs(request.spec.outputs, roots, *task); !outputs) return std::move(outputs).error();
    if (auto overlays = open_overlays(request.spec.outputs, config, roots, *task); !overlays)
        return std::move(overlays).error();
    auto result = share_result();
    if (!result) return std::move(result).error();
    task->result = std::move(*result);
    return task;
}

std::size_t Task::result_size() const {
    struct stat status {};
    return ::fstat(result.get(), &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

bool Task::could_end_with(const Outcome& outcome) const {
    if (outcome.failed != 0) return true;
    const Header& header = outcome.header;
    if (!is_known(header.format) || header.orientation < 1 || header.orientation > 8) return false;
    for (const std::string_view text : {text_in(header.colour_space), text_in(header.taken_at), text_in(header.camera)})
        if (first_fault_in_utf8(text)) return false;
    if (outcome.count != job.count) return false;
    const std::size_t size = result_size();
    for (std::size_t index = 0; index < outcome.count; ++index) {
        const Product& product = outcome.products[index];
        if (product.made != 0 && !is_sound(product, files[index].has_value(), size)) return false;
    }
    return true;
}

std::vector<int> Task::descriptors() const {
    std::vector<int> all{source.get(), result.get()};
    for (const auto& file : files)
        if (file) all.push_back(file->descriptor());
    for (const Descriptor& overlay : overlays) all.push_back(overlay.get());
    return all;
}

} // namespace thumbnailer
