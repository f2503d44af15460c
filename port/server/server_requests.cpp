// The part of the server that takes requests: accepts, refuses, collects, cancels.
#include "server/server.h"

namespace thumbnailer {

void Server::handle(Frame frame) {
    const auto term = config_.codec->decode(frame.payload);
    if (!term) return writer_.push(error_reply(*config_.codec, std::nullopt, term.error()));
    const auto request = read_request(*term);
    if (!request) {
        ++counters_.failed;
        const auto id = read_id(*term);
        // What follows of a stream whose make or chunk cannot be read is no fault of its own.
        if (id && streams_.release(*id))
            pending_.erase(*id);
        else if (id && announces_stream(*term) && !is_pending(*id))
            streams_.discard_rest(*id);
        return writer_.push(error_reply(*config_.codec, id, request.error()));
    }
    switch (request->op) {
    case Op::make:
    case Op::probe: return accept(*request, frame);
    case Op::chunk: return append_chunk(*request);
    case Op::cancel: return cancel(request->id);
    case Op::add_step: return add_step(*request);
    case Op::remove_step: return remove_step(*request);
    case Op::steps: return writer_.push(steps_.list(request->id));
    case Op::ping: return writer_.push(pong(*config_.codec, request->id));
    case Op::stats: return writer_.push(stats_reply(*config_.codec, request->id, stats()));
    }
}

void Server::accept(const Request& request, Frame& frame) {
    const Id id = request.id;
    if (refuse_duplicate(id)) return;
    const bool stream = std::holds_alternative<Stream>(request.source);
    auto task = Task::from(request, frame, config_, roots_, steps_.registry());
    if (task && !stream) return enqueue(std::move(*task));
    const auto opened = task ? streams_.open(std::move(*task)) : Result<Done>(task.error());
    if (opened) {
        pending_[id] = Stage::receiving;
        return;
    }
    if (stream) streams_.discard_rest(id);
    reply_error(id, opened.error());
}

// The pending request of this id is not touched.
bool Server::refuse_duplicate(Id id) {
    if (!is_pending(id)) return false;
    ++counters_.failed;
    writer_.push(error_reply(*config_.codec, id, duplicate_id(id)));
    return true;
}

void Server::add_step(const Request& request) {
    if (refuse_duplicate(request.id)) return;
    auto task = steps_.add(request.id, request.step);
    if (!task) return reply_error(request.id, task.error());
    pending_[request.id] = Stage::queued;
    queue_.push_front(std::move(*task));
    adding_step_ = request.id;
}

void Server::remove_step(const Request& request) {
    auto reply = steps_.remove(request.id, request.step);
    if (!reply) return reply_error(request.id, reply.error());
    writer_.push(std::move(*reply));
    steps_.unmap_unused();
}

void Server::append_chunk(const Request& request) {
    const Id id = request.id;
    if (streams_.contains(id)) {
        auto task = streams_.add(id, request.chunk);
        if (!task) return reply_error(id, task.error());
        if (*task) enqueue(std::move(*task));
    } else if (!streams_.is_discarded(id, !request.chunk)) {
        // A request of this id whose source is complete cannot be what its client thinks that it is.
        remove(id);
        reply_error(id, no_open_stream(id));
    }
}

void Server::enqueue(std::unique_ptr<Task> task) {
    const Job& job = task->job;
    if (poison_.refuses(task->source.get(), job.source_offset, job.source_size, Clock::now(), task->step_hashes()))
        return reply_error(task->id, {Reason::poison, "this image has killed " + std::to_string(config_.poison_after) +
                                                          " workers and is not tried again for a while"});
    pending_[task->id] = Stage::queued;
    queue_.push_back(std::move(task));
}

void Server::cancel(Id id) {
    if (!remove(id)) return; // answered already
    ++counters_.cancelled;
    reply_error(id, {Reason::cancelled, "the request was cancelled"});
}

// Removes an unanswered request, wherever it is. The caller sends the reply.
bool Server::remove(Id id) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return false;
    switch (found->second) {
    case Stage::receiving: streams_.release(id); break;
    case Stage::queued: std::erase_if(queue_, [&](const auto& task) { return task->id == id; }); break;
    case Stage::working: pool_.cancel(id); break;
    case Stage::writing: file_writers_.cancel(id); break;
    }
    pending_.erase(found);
    return true;
}

} // namespace thumbnailer
