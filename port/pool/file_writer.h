// Writes thumbnails to the files of callers, in processes of its own: a disk may take its time, and neither the server
// waits for it nor does a worker ever see such a file. What is written is a copy that was believed before.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "pool/worker_pool.h"

namespace thumbnailer {

// Inside such a process: jobs in, errors out, until the channel is closed.
void write_files(Descriptor channel);

// The processes, as many as are needed and at most as many as there are workers. One that has nothing to do for a while
// ends.
class FileWriters {
public:
    FileWriters(const Config& config, ForkServer& fork_server) : config_(config), fork_server_(fork_server) {}

    // A task whose result was taken. It comes out of take_completed() with its files on disk, not yet under their
    // names; an output that could not be written has a failure instead.
    void add(std::unique_ptr<Task> task, const JobResult& result);
    std::unique_ptr<Task> cancel(Id id);
    // Whether a task waits because all processes are at work: the disk is slower than the workers.
    bool are_behind() const { return !waiting_.empty(); }

    // Until the next call of remove_ended().
    void add_to(PollSet& set);
    void enforce_deadlines(Clock::time_point now);
    void remove_ended();
    std::vector<CompletedTask> take_completed() { return std::exchange(completed_, {}); }
    Clock::time_point due() const;
    bool empty() const;

private:
    struct Pending {
        std::unique_ptr<Task> task;
        JobResult result;
    };
    struct Writer {
        ChildProcess process;
        std::uint64_t sequence = 0;
        std::unique_ptr<Pending> pending = nullptr;
        Clock::time_point idle_since = {};
        bool is_idle() const { return !pending && !process.terminating(); }
    };
    Writer* idle_writer();
    void dispatch();
    bool give(Writer& writer, std::unique_ptr<Pending>& pending);
    void on_message(Writer& writer);
    void finish(Writer& writer, Failure failure);

    const Config& config_;
    ForkServer& fork_server_;
    std::uint64_t last_sequence_ = 0;
    std::vector<std::unique_ptr<Writer>> writers_;
    std::deque<std::unique_ptr<Pending>> waiting_;
    std::vector<CompletedTask> completed_;
};

} // namespace thumbnailer
