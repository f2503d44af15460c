// Inside a worker process: jobs in, outcomes out, until the server closes the channel.
#pragma once

#include "pool/worker.h"

namespace thumbnailer {

[[noreturn]] void worker_main(WorkerContext context);

} // namespace thumbnailer
