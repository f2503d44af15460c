#include "pool/file_writer.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "os/channel.h"
#include "os/write_all.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

// How long a writer with nothing to do is kept.
constexpr std::chrono::seconds kIdleLife{1};

struct Piece {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

// Sent with one file for each piece. The bytes of the thumbnails stand behind it in the message when there are few;
// else they come as memory, after the files.
struct WriteJob {
    std::uint64_t sequence = 0;
    std::uint64_t size = 0; // of all bytes
    std::uint32_t count = 0;
    std::array<Piece, kMaxOutputs> pieces{};
};
// A thumbnail is seldom larger. Memory for it would have to be made, sealed, mapped and taken down again.
constexpr std::size_t kMostInMessage = std::size_t{32} << 10;
constexpr std::size_t kLongestMessage = sizeof(WriteJob) + kMostInMessage;

struct WriteResult {
    std::uint64_t sequence = 0;
    std::array<int, kMaxOutputs> errors{}; // errno for each piece; 0: it is on disk
};

int write_file(int file, Bytes bytes) { return write_all(file, bytes, 0) && ::fsync(file) == 0 ? 0 : errno; }

// `bytes`: those behind the job.
WriteResult written(const WriteJob& job, Bytes bytes, const std::vector<Descriptor>& descriptors) {
    WriteResult result{.sequence = job.sequence};
    const Mapping memory =
        descriptors.size() > job.count ? Mapping::of(descriptors[job.count].get(), job.size) : Mapping();
    if (memory.size() != 0) bytes = memory.bytes();
    for (std::size_t index = 0; index < job.count; ++index) {
        const Piece& piece = job.pieces[index];
        result.errors[index] = bytes.size() != job.size
                                   ? ENOMEM
                                   : write_file(descriptors[index].get(), bytes.subspan(piece.offset, piece.size));
    }
    return result;
}

Failure not_written(const std::string& path, int error) {
    return {Reason::write_failed, quote_path(path) + ": " + std::strerror(error)};
}

bool is_written(const TaskOutput& output, const JobResult& result) {
    return output.file && result.outputs[output.index].made != 0;
}

} // namespace

void write_files(Descriptor channel) {
    std::vector<std::byte> message(kLongestMessage);
    for (;;) {
        std::vector<Descriptor> descriptors;
        const std::size_t received = receive_message(channel.get(), message, descriptors);
        WriteJob job;
        if (received < sizeof job) return;
        std::memcpy(&job, message.data(), sizeof job);
        const WriteResult result = written(job, Bytes(message).first(received).subspan(sizeof job), descriptors);
        if (!send_message(channel.get(), std::as_bytes(std::span(&result, 1)), {}, Wait::yes)) return;
    }
}

void FileWriters::add(std::unique_ptr<Task> task, const JobResult& result) {
    waiting_.push_back(std::make_unique<Pending>(Pending{std::move(task), result}));
    dispatch();
}

FileWriters::Writer* FileWriters::idle_writer() {
    for (const auto& writer : writers_)
        if (writer->is_idle()) return writer.get();
    if (writers_.size() >= static_cast<std::size_t>(config_.workers)) return nullptr;
    auto process = ChildProcess::start(fork_server_, Role::file_writer);
    if (!process) {
        // One that is at work takes it when it is done.
        if (!writers_.empty()) return nullptr;
        for (auto& pending : std::exchange(waiting_, {}))
            completed_.push_back({std::move(pending->task), process.error()});
        return nullptr;
    }
    writers_.push_back(std::make_unique<Writer>(Writer{std::move(*process)}));
    return writers_.back().get();
}

void FileWriters::dispatch() {
    while (!waiting_.empty()) {
        Writer* writer = idle_writer();
        if (writer == nullptr) return;
        if (give(*writer, waiting_.front()))
            waiting_.pop_front();
        else
            writer->process.kill();
    }
}

bool FileWriters::give(Writer& writer, std::unique_ptr<Pending>& pending) {
    const Task& task = *pending->task;
    WriteJob job{.sequence = ++last_sequence_, .size = task.made.size};
    std::vector<int> descriptors;
    for (const TaskOutput& output : task.outputs) {
        if (!is_written(output, pending->result)) continue;
        const OutputResult& made = pending->result.outputs[output.index];
        job.pieces[job.count++] = {made.offset, made.size};
        descriptors.push_back(output.file->descriptor());
    }
    std::string message(text_of(std::as_bytes(std::span(&job, 1))));
    Descriptor memory;
    if (job.size <= kMostInMessage) {
        message.append(text_of(task.made.bytes()));
    } else {
        auto copy = share_copy(task.made.bytes());
        if (!copy) {
            completed_.push_back({std::move(pending->task), std::move(copy).error()});
            return true;
        }
        memory = std::move(*copy);
        descriptors.push_back(memory.get());
    }
    if (!writer.process.send(bytes_of(message), descriptors)) return false;
    writer.sequence = job.sequence;
    writer.pending = std::move(pending);
    return true;
}

void FileWriters::on_message(Writer& writer) {
    WriteResult result;
    const std::size_t received = writer.process.receive(std::as_writable_bytes(std::span(&result, 1)));
    if (received != sizeof result || !writer.pending || result.sequence != writer.sequence)
        return finish(writer, {Reason::write_failed, "the process that writes files has ended"});
    Pending& pending = *writer.pending;
    std::size_t piece = 0;
    for (TaskOutput& output : pending.task->outputs) {
        if (!is_written(output, pending.result)) continue;
        if (const int error = result.errors[piece++]; error != 0) output.failure = not_written(output.to, error);
    }
    completed_.push_back({std::move(pending.task), pending.result});
    writer.pending.reset();
    writer.idle_since = Clock::now();
    dispatch();
}

void FileWriters::finish(Writer& writer, Failure failure) {
    writer.process.kill();
    if (writer.pending) completed_.push_back({std::move(writer.pending->task), std::move(failure)});
    writer.pending.reset();
}

std::unique_ptr<Task> FileWriters::cancel(Id id) {
    const auto waiting = std::ranges::find(waiting_, id, [](const auto& pending) { return pending->task->id; });
    if (waiting != waiting_.end()) {
        auto task = std::move((*waiting)->task);
        waiting_.erase(waiting);
        return task;
    }
    for (const auto& writer : writers_) {
        if (!writer->pending || writer->pending->task->id != id) continue;
        auto task = std::move(writer->pending->task);
        writer->pending.reset();
        writer->process.kill();
        return task;
    }
    return nullptr;
}

void FileWriters::add_to(PollSet& set) {
    for (const auto& each : writers_) {
        Writer* writer = each.get();
        set.add(writer->process.channel_fd(), POLLIN, [this, writer](short) { on_message(*writer); });
        set.add(writer->process.process_fd(), POLLIN, [this, writer](short) {
            if (writer->process.reap())
                finish(*writer, {Reason::write_failed, "the process that writes files has ended"});
        });
    }
}

void FileWriters::enforce_deadlines(Clock::time_point now) {
    for (const auto& writer : writers_) {
        if (writer->pending && writer->pending->task->deadline <= now) finish(*writer, Task::timed_out());
        if (writer->is_idle() && now >= writer->idle_since + kIdleLife) writer->process.close_channel();
    }
    for (auto& pending : waiting_)
        if (pending->task->deadline <= now) completed_.push_back({std::move(pending->task), Task::timed_out()});
    std::erase_if(waiting_, [](const auto& pending) { return !pending->task; });
    dispatch();
}

void FileWriters::remove_ended() {
    std::erase_if(writers_, [](const auto& writer) { return writer->process.reaped(); });
    dispatch();
}

Clock::time_point FileWriters::due() const {
    auto due = Clock::time_point::max();
    for (const auto& writer : writers_) {
        if (writer->pending) due = std::min(due, writer->pending->task->deadline);
        if (writer->is_idle()) due = std::min(due, writer->idle_since + kIdleLife);
    }
    for (const auto& pending : waiting_) due = std::min(due, pending->task->deadline);
    return due;
}

bool FileWriters::empty() const {
    return waiting_.empty() && completed_.empty() &&
           std::ranges::none_of(writers_, [](const auto& writer) { return writer->pending != nullptr; });
}

} // namespace thumbnailer
