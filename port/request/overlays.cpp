#include "request/overlays.h"

#include <algorithm>
#include <cstring>

#include "job/options.h"
#include "os/shared_memory.h"

namespace thumbnailer {

namespace {

Result<SourceFile> copied(Bytes bytes) {
    if (bytes.empty()) return Failure{Reason::empty_source, "it has no bytes"};
    auto copy = share_copy(bytes);
    if (!copy) return std::move(copy).error();
    return SourceFile{std::move(*copy), bytes.size()};
}

bool same(const Source& one, const Source& other) {
    if (one.index() != other.index()) return false;
    if (const auto* path = std::get_if<std::string>(&one)) return *path == std::get<std::string>(other);
    return text_of(std::get<Bytes>(one)) == text_of(std::get<Bytes>(other));
}

} // namespace

Result<std::uint8_t> Overlays::open(const Source& source, const Config& config, const Roots& roots) {
    const auto known = std::ranges::find_if(opened_, [&](const auto& each) { return same(each.first, source); });
    if (known != opened_.end()) return static_cast<std::uint8_t>(known - opened_.begin() + 1);
    const auto* path = std::get_if<std::string>(&source);
    auto file = path != nullptr ? open_source(roots, *path, static_cast<std::size_t>(config.max_source_bytes))
                                : copied(std::get<Bytes>(source));
    if (!file) {
        Failure failure = std::move(file).error();
        failure.message = "overlay: " + failure.message;
        failure.option = option_named("overlay");
        return failure;
    }
    opened_.emplace_back(source, std::move(*file));
    return static_cast<std::uint8_t>(opened_.size());
}

void Overlays::describe(Job& job) const {
    job.overlay_count = static_cast<std::uint32_t>(opened_.size());
    for (std::size_t index = 0; index < opened_.size(); ++index) job.overlay_sizes[index] = opened_[index].second.size;
}

void Overlays::append_descriptors(std::vector<int>& descriptors) const {
    for (const auto& [source, file] : opened_) descriptors.push_back(file.descriptor.get());
}

} // namespace thumbnailer
