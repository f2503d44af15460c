// The steps of a client, from its request to add one to the last task that names it: their code is mapped by the
// process that forks workers, what they are a worker says in its sandbox, and one that ends worker after worker is
// switched off.
#pragma once

#include "pool/fork_server.h"
#include "request/task.h"
#include "step/registry/step_registry.h"
#include "wire/payload.h"

namespace thumbnailer {

class StepService {
public:
    StepService(const Config& config, ForkServer& fork_server) : config_(config), fork_server_(fork_server) {}

    const StepRegistry& registry() const { return registry_; }

    // Has the translation mapped. Yields the task in which a worker asks the step what it is. Fails with bad_step,
    // internal.
    Result<std::unique_ptr<Task>> add(Id id, const StepRequest& request);
    // That task is done: from now on requests can name the step. Yields the reply.
    Payload publish(const Task& task);
    // Yields the reply; fails with bad_request when there is no such step.
    Result<Payload> remove(Id id, const StepRequest& request);
    Payload list(Id id) const;

    // A task was done without the end of its worker.
    static void record_success(const Task& task);
    // The step has ended a worker. An event when it is switched off because of that.
    std::optional<Payload> record_kill(LoadedStep& step) const;

    // Has the code unmapped that nobody needs any more.
    void unmap_unused();

private:
    const Config& config_;
    ForkServer& fork_server_;
    StepRegistry registry_;
};

} // namespace thumbnailer
