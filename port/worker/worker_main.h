// The main function of a worker process: receives jobs, sends results, until the server closes the channel.
#pragma once

#include "pool/fork_server.h"

namespace thumbnailer {

[[noreturn]] void worker_main(WorkerContext context);

} // namespace thumbnailer
