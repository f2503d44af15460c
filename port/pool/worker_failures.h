// What the client is told when a worker ended, or was ended, before its task was done.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/failure.h"
#include "pool/exit_status.h"
#include "pool/worker.h"

namespace thumbnailer {

// SIGKILL, SIGTERM and SIGINT come from outside and say nothing about the image; other signals are raised by the
// decoder.
bool was_the_image(const ExitStatus& status);

// `diagnostics`: what the worker wrote last to stderr.
Failure crash(const ExitStatus& status, std::string diagnostics);
Failure forbidden_call(const Violation& violation);
Failure unbelievable(std::string_view fault);
Failure too_much_memory(std::int64_t limit);
Failure too_many_threads(std::int64_t threads);

} // namespace thumbnailer
