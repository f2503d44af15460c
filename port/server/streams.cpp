#include "server/streams.h"

#include <algorithm>

namespace thumbnailer {

namespace {

// A client may never send the eof of a stream that was answered early; the oldest of those is not remembered for ever.
constexpr std::size_t kMaxDiscarded = 4096;

Failure too_many(std::size_t max_open) {
    return {.reason = Reason::bad_request,
            .message = std::to_string(max_open) + " streams are open already, no more may be (--max-streams)",
            .limit = static_cast<std::int64_t>(max_open)};
}

Failure too_large(std::size_t max_bytes) {
    return {.reason = Reason::too_large,
            .message = "the stream is longer than " + std::to_string(max_bytes) + " bytes (--max-source-bytes)",
            .limit = static_cast<std::int64_t>(max_bytes)};
}

} // namespace

Failure no_open_stream(Id id) {
    return {Reason::bad_request, "a chunk for " + std::to_string(id) + ", which is no open stream"};
}

Result<Done> Streams::open(std::unique_ptr<Task> task) {
    const Id id = task->id;
    if (open_.size() >= max_open_) return too_many(max_open_);
    auto source = SourceMemory::create();
    if (!source) return std::move(source).error();
    std::erase(discarded_, id);
    open_.emplace(id, OpenStream{std::move(task), std::move(*source)});
    return Done{};
}

Result<std::unique_ptr<Task>> Streams::add(Id id, std::optional<Bytes> chunk) {
    OpenStream& stream = open_.at(id);
    if (chunk) {
        const bool fits = chunk->size() <= max_bytes_ - stream.source.size();
        auto added = fits ? stream.source.append(*chunk) : Result<Done>(too_large(max_bytes_));
        if (added) return std::unique_ptr<Task>();
        release(id);
        return std::move(added).error();
    }
    OpenStream whole = std::move(stream);
    open_.erase(id);
    whole.task->job.source_size = whole.source.size();
    if (whole.source.size() == 0) return Failure{Reason::empty_source, "the stream ended without a byte"};
    auto sealed = std::move(whole.source).seal();
    if (!sealed) return std::move(sealed).error();
    whole.task->source = std::move(*sealed);
    return std::move(whole.task);
}

std::unique_ptr<Task> Streams::release(Id id) {
    const auto found = open_.find(id);
    if (found == open_.end()) return nullptr;
    auto task = std::move(found->second.task);
    open_.erase(found);
    discard_rest(id);
    return task;
}

void Streams::discard_rest(Id id) {
    if (std::ranges::find(discarded_, id) != discarded_.end()) return;
    discarded_.push_back(id);
    if (discarded_.size() > kMaxDiscarded) discarded_.pop_front();
}

bool Streams::is_discarded(Id id, bool eof) {
    const auto found = std::ranges::find(discarded_, id);
    if (found == discarded_.end()) return false;
    if (eof) discarded_.erase(found);
    return true;
}

std::vector<Id> Streams::ids() const {
    std::vector<Id> ids;
    for (const auto& [id, stream] : open_) ids.push_back(id);
    return ids;
}

std::vector<Id> Streams::expired(Clock::time_point now) const {
    std::vector<Id> ids;
    for (const auto& [id, stream] : open_)
        if (stream.task->deadline <= now) ids.push_back(id);
    return ids;
}

Clock::time_point Streams::next_deadline() const {
    auto due = Clock::time_point::max();
    for (const auto& [id, stream] : open_) due = std::min(due, stream.task->deadline);
    return due;
}

} // namespace thumbnailer
