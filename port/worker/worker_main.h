// The main function of a worker process: receives jobs, sends results, until the server closes the channel.
#pragma once

#include "os/descriptor.h"

namespace thumbnailer {

[[noreturn]] void worker_main(Descriptor channel);

} // namespace thumbnailer
