// The process that all others are forked from. It was forked itself before the first request was read, and never holds
// anything of one: no path, no image, no answer, no descriptor of a client. Whatever a worker finds in its memory is the
// program's code and what its own job brought.
//
//    server --- fork ---> fork server
//       ^                      | clone(CLONE_PARENT)
//       +---- is parent of ----+--> worker, file writer
#pragma once

#include <sys/types.h>

#include "os/descriptor.h"
#include "sandbox/sandbox.h"

namespace thumbnailer {

// What a worker process runs, with its end of the channel, until that is closed; it does not return. A pointer, so that
// what starts workers is linked without what they do.
using WorkerMain = void (*)(Descriptor channel);

enum class Role : std::uint8_t { worker, file_writer };

class ForkServer {
public:
    // To be called while the process has one thread.
    static Result<ForkServer> start(const Sandbox& sandbox, WorkerMain worker_main);

    ForkServer(ForkServer&&) = default;
    ForkServer& operator=(ForkServer&&) = default;
    ~ForkServer();

    // A new child of this process. It has `channel` and writes to `diagnostics`, and waits for one byte on the channel before
    // it does anything.
    Result<pid_t> fork(Role role, const Descriptor& channel, const Descriptor& diagnostics);

    // Readable only when it has ended; without it there are no new workers.
    int process_fd() const { return process_.get(); }

private:
    ForkServer() = default;

    Descriptor process_;
    Descriptor channel_;
};

} // namespace thumbnailer
