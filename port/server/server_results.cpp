// The part of the server that gives tasks to workers, and answers with what comes of them.
#include "server/server.h"

#include <algorithm>

namespace thumbnailer {

void Server::dispatch() {
    // What is made for files is not heaped up before a slow disk; requests without files pass.
    const auto has_room = [&](const auto& task) { return task->files_wanted() == 0 || !file_writers_.are_behind(); };
    while (writer_.pending_bytes() < kMaxUnwritten) {
        const auto next = std::ranges::find_if(queue_, has_room);
        if (next == queue_.end()) return;
        if (!pool_.has_idle_for(**next)) return pool_.recycle_one_without_steps_of(**next);
        std::unique_ptr<Task> task = std::move(*next);
        queue_.erase(next);
        const Id id = task->id;
        if (const LoadedStep* step = task->disabled_step()) {
            reply_error(id, disabled(*step));
        } else if (auto opened = task->open_outputs(roots_); !opened) {
            reply_error(id, opened.error());
        } else if (pool_.assign(task)) {
            pending_[id] = Stage::working;
        } else {
            queue_.push_front(std::move(task));
            return;
        }
    }
}

void Server::expire(Clock::time_point now) {
    pool_.enforce_limits(now);
    file_writers_.enforce_deadlines(now);
    for (const Id id : streams_.expired(now)) on_failure(*streams_.release(id), Task::timed_out(), Blame::nobody);
    for (auto& task : queue_)
        if (task->deadline <= now) on_failure(*std::exchange(task, nullptr), Task::timed_out(), Blame::nobody);
    std::erase(queue_, nullptr);
}

void Server::take_completed() {
    for (CompletedTask& each : pool_.take_completed()) {
        if (const auto* result = std::get_if<JobResult>(&each.result))
            on_result(std::move(each.task), *result);
        else
            on_failure(*each.task, std::get<Failure>(each.result), each.blame, each.step.get());
    }
    for (CompletedTask& each : file_writers_.take_completed()) {
        if (const auto* failure = std::get_if<Failure>(&each.result)) {
            on_failure(*each.task, *failure, each.blame);
            continue;
        }
        ++counters_.served;
        pending_.erase(each.task->id);
        writer_.push(result_reply(*config_.codec, *each.task, std::get<JobResult>(each.result)));
    }
}

void Server::on_result(std::unique_ptr<Task> task, const JobResult& result) {
    const Id id = task->id;
    if (result.failed == 0) StepService::record_success(*task);
    if (result.failed == 0 && task->job.describe_step != 0) {
        ++counters_.served;
        pending_.erase(id);
        return writer_.push(steps_.publish(*task));
    }
    const std::uint64_t bytes = result.failed == 0 ? task->reply_bytes(result) : 0;
    if (bytes > static_cast<std::uint64_t>(config_.max_reply_bytes))
        return reply_error(id, {.reason = Reason::too_large,
                                .message = "the answer would have up to " + std::to_string(bytes) + " bytes: at most " +
                                           std::to_string(config_.max_reply_bytes) + " (--max-reply-bytes)",
                                .limit = config_.max_reply_bytes});
    if (result.failed == 0 && task->has_files()) {
        pending_[id] = Stage::writing;
        return file_writers_.add(std::move(task), result);
    }
    ++(result.failed != 0 ? counters_.failed : counters_.served);
    pending_.erase(id);
    writer_.push(result_reply(*config_.codec, *task, result));
}

void Server::on_failure(const Task& task, const Failure& failure, Blame blame, LoadedStep* step) {
    if (blame == Blame::image && task.source)
        poison_.record(task.source.get(), task.job.source_offset, task.job.source_size, Clock::now(),
                       step != nullptr ? std::string_view(step->hash) : std::string_view());
    if (step != nullptr)
        if (auto event = steps_.record_kill(*step)) writer_.push(std::move(*event));
    if (failure.reason == Reason::timeout) ++counters_.timed_out;
    if (failure.reason == Reason::crashed) ++counters_.crashed;
    reply_error(task.id, failure);
}

void Server::reply_error(Id id, const Failure& failure) {
    ++counters_.failed;
    pending_.erase(id);
    writer_.push(error_reply(*config_.codec, id, failure));
}

void Server::push_events() {
    for (const WorkerEvent& event : pool_.take_events()) writer_.push(event_frame(*config_.codec, event));
    const auto now = Clock::now();
    for (const Diagnostics& each : pool_.take_diagnostics()) log_.add_worker(each.pid, each.text, now);
    for (const LogLine& line : log_.take(now)) writer_.push(log_event(*config_.codec, line));
}

Stats Server::stats() const {
    return {.counters = counters_,
            .workers = config_.workers,
            .busy = static_cast<std::int64_t>(pool_.busy()),
            .queued = static_cast<std::int64_t>(queue_.size()),
            .streams = static_cast<std::int64_t>(streams_.size()),
            .forked = pool_.forked(),
            .server_memory = read_process_usage(usage_).value_or(ProcessUsage{}).memory,
            .worker_memory = pool_.memory()};
}

} // namespace thumbnailer
