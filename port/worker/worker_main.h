// Inside a worker process: jobs in, outcomes out, until the server closes the channel.
#pragma once

#include "os/descriptor.h"

namespace thumbnailer {

[[noreturn]] void worker_main(Descriptor channel);

} // namespace thumbnailer
