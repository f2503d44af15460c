// Inside a worker process: jobs in, outcomes out, until the front closes the channel.
#pragma once

#include "os/descriptor.h"

namespace thumbnailer {

[[noreturn]] void run_child(Descriptor channel);

} // namespace thumbnailer
