// The process that all others are forked from. It was forked itself before the first request was read, and never holds
// anything of one: no path, no image, no answer, no descriptor of a client. Whatever a worker finds in its memory is
// the program's code and what its own job brought.
//
//    server --- fork ---> fork server
//       ^                      | clone(CLONE_PARENT)
//       +---- is parent of ----+--> worker, file writer
#pragma once

#include <sys/types.h>

#include "os/descriptor.h"
#include "sandbox/sandbox.h"
#include "step/image/mapped_steps.h"
#include "step/registry/step_progress.h"

namespace thumbnailer {

// What a worker process has: its end of the channel, the steps that were mapped before its fork, and where it says
// which of them it runs.
struct WorkerContext {
    Descriptor channel;
    const MappedSteps& steps;
    const StepProgress& step_progress;
};

// What a worker process runs until the channel is closed; it does not return. A pointer, so that what starts workers is
// linked without what they do.
using WorkerMain = void (*)(WorkerContext context);

enum class Role : std::uint8_t { worker, file_writer };

class ForkServer {
public:
    // To be called while the process has one thread. `fonts`: how many of its files all processes keep, from kFirstFont
    // on.
    static Result<ForkServer> start(const Sandbox& sandbox, WorkerMain worker_main, std::size_t fonts);

    ForkServer(ForkServer&&) = default;
    ForkServer& operator=(ForkServer&&) = default;
    ~ForkServer();

    // A new child of this process. It has `channel` and writes to `diagnostics`, and waits for one byte on the channel
    // before it does anything. `step_progress`: memory in which a worker says which step it runs; may be empty.
    Result<pid_t> fork(Role role, const Descriptor& channel, const Descriptor& diagnostics,
                       const Descriptor& step_progress);

    // Maps a translation for the workers that are forked afterwards. Fails with bad_step for what is none of the module
    // with this hash, with internal.
    Result<Done> map_step(std::uint32_t number, std::string_view hash, const Descriptor& sealed);
    void unmap_step(std::uint32_t number);

    // Readable only when it has ended; without it there are no new workers.
    int process_fd() const { return process_.get(); }

private:
    struct Order;
    struct Reply;
    ForkServer() = default;
    Result<Reply> ask(const Order& order, std::span<const int> descriptors);
    [[noreturn]] static void serve(pid_t server, const Sandbox& sandbox, WorkerMain worker_main, std::size_t fonts);

    pid_t pid_ = -1;
    Descriptor process_;
    Descriptor channel_;
};

} // namespace thumbnailer
