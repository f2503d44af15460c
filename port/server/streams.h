// Sources that arrive in chunks: {make, Id, Options, stream}, {chunk, Id, Binary} ..., {chunk, Id, eof}. Here a task
// waits for its source, which is collected in shared memory; the deadline runs from the make on.
//
//    open -> add, add, ... -> add(eof): the task, whole
//                         \-> add fails, or release: the chunks that are still under way are dropped
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "os/shared_memory.h"
#include "request/task.h"

namespace thumbnailer {

// For a chunk of a stream that is not open.
Failure no_open_stream(Id id);

class Streams {
public:
    // Of `max_open` at a time each may have `max_bytes`.
    Streams(std::size_t max_open, std::size_t max_bytes) : max_open_(max_open), max_bytes_(max_bytes) {}

    // Fails with bad_request when too many are open already.
    Result<Done> open(std::unique_ptr<Task> task);
    // The task once its source is whole, null before. Fails with too_large or empty_source; the stream is over then.
    // The stream must be open.
    Result<std::unique_ptr<Task>> add(Id id, std::optional<Bytes> chunk);
    // Ends the stream without its source. Null when there is none of this id.
    std::unique_ptr<Task> release(Id id);

    // The request was answered before its stream ended: chunks that follow are none of their sender's fault.
    void discard_rest(Id id);
    // Whether the chunk belongs to such a stream; its eof is the last that does.
    bool is_discarded(Id id, bool eof);

    // How many bytes have come. The stream must be open.
    std::size_t received(Id id) const { return open_.at(id).source.size(); }
    // For a stream that was open when the input ended.
    static Failure cut() { return {Reason::bad_request, "the input ended before the stream did"}; }

    bool contains(Id id) const { return open_.contains(id); }
    std::size_t size() const { return open_.size(); }
    std::vector<Id> ids() const;
    std::vector<Id> expired(Clock::time_point now) const;
    // Of the stream that is due first; max() when there is none.
    Clock::time_point next_deadline() const;

private:
    struct OpenStream {
        std::unique_ptr<Task> task;
        SourceMemory source;
    };
    std::size_t max_open_;
    std::size_t max_bytes_;
    std::map<Id, OpenStream> open_;
    std::deque<Id> discarded_; // the oldest first
};

} // namespace thumbnailer
